// What readers of the sample article write.

export const CIVIL = "My daughter works late shifts at the hospital, and this bus is the only safe way home for her.";

/** Held by the defaults. */
export const RUDE = "What a bunch of idiots on this council, wasting our money on an empty bus every single night.";

/** Rejected by the defaults. */
export const VILE = "Only a stupid fool would vote for this bus, and the mayor is the biggest fool of them all.";

export const KOREAN_CIVIL =
  "심야 버스는 늦게까지 일하는 사람들에게 꼭 필요합니다. 시의회가 운행을 일 년 더 연장하기로 한 결정을 환영합니다.";

/** Rejected by the defaults. */
export const KOREAN_VILE =
  "이 멍청한 시의원 새끼들은 심야 버스에 우리 세금을 낭비하고 있다. 정말 한심하고 역겨운 인간들이다.";
