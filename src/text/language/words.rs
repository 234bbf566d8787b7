//! Common words of a few languages, as numbers that are quick to look up.
//!
//! Only words that tell English from another language are here. Which of the others it is, is not read from them.

/// The longest word, in bytes: what fits a key.
pub(super) const LONGEST: usize = 16;

/// A word as a number that sorts as its bytes do; words over [`LONGEST`] bytes have no key.
pub(super) const fn key(word: &[u8]) -> Option<u128> {
    if word.len() > LONGEST {
        return None;
    }
    let (mut key, mut rest, mut free) = (0, word, 128);
    while let [first, tail @ ..] = rest {
        free -= 8;
        key |= (first.to_ascii_lowercase() as u128) << free;
        rest = tail;
    }
    Some(key)
}

/// [`key`] without a step for each byte.
pub(super) fn key_of(word: &str) -> Option<u128> {
    let mut bytes = [0; LONGEST];
    bytes.get_mut(..word.len())?.copy_from_slice(word.as_bytes());
    bytes.make_ascii_lowercase();
    Some(u128::from_be_bytes(bytes))
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which checks the bounds")]
const fn keys<const N: usize>(words: [&str; N]) -> [u128; N] {
    let mut keys = [0; N];
    let mut at = 0;
    while at < N {
        if let Some(key) = key(words[at].as_bytes()) {
            keys[at] = key;
        }
        at += 1;
    }
    keys
}

/// Common English words that the other languages of Latin letters lack. Sorted by bytes.
#[rustfmt::skip]
pub(super) static ENGLISH: [u128; 122] = keys([
    "about", "all", "also", "always", "and", "another", "any", "anyone", "are", "aren't", "back", "because",
    "been", "before", "being", "both", "but", "by", "can't", "could", "did", "didn't", "does", "doesn't",
    "doing", "don't", "down", "even", "ever", "every", "everyone", "few", "from", "get", "give", "go",
    "going", "good", "got", "have", "haven't", "he's", "here", "his", "how", "i'm", "i've", "into", "isn't",
    "it's", "its", "just", "know", "let", "like", "make", "many", "more", "most", "much", "must", "need",
    "never", "nobody", "nothing", "now", "off", "one", "only", "other", "our", "out", "people", "please",
    "really", "right", "said", "same", "say", "should", "some", "someone", "still", "stop", "such", "take",
    "than", "thank", "thanks", "that", "that's", "the", "their", "them", "then", "there", "these", "they",
    "they're", "thing", "things", "think", "this", "those", "time", "very", "want", "what", "when", "where",
    "which", "while", "who", "whole", "why", "with", "won't", "would", "wrong", "you", "you're", "your",
]);

/// Common English words that are words elsewhere, too ("so was will man in Not"). Sorted by bytes.
#[rustfmt::skip]
pub(super) static SHARED: [u128; 40] = keys([
    "a", "am", "an", "as", "at", "be", "can", "do", "for", "had", "has", "he", "her", "him", "i", "if",
    "in", "is", "it", "me", "my", "no", "not", "of", "on", "or", "over", "see", "she", "so", "to", "too",
    "up", "us", "was", "way", "we", "well", "were", "will",
]);

/// Common words of other languages in Latin letters that English lacks. Sorted by bytes.
#[rustfmt::skip]
pub(super) static FOREIGN: [u128; 483] = keys([
    "aber", "af", "aga", "ahora", "ainda", "això", "ako", "ali", "alla", "alleen", "alles", "alors", "amb",
    "anche", "ancora", "ang", "aqui", "artık", "att", "au", "auch", "auf", "aur", "aussi", "aux", "av",
    "avec", "ay", "az", "bahut", "banyak", "bara", "bardzo", "bei", "bent", "bhi", "bien", "bir", "bist",
    "biz", "blev", "blir", "bu", "bueno", "bylo", "był", "była", "c'est", "ce", "celui", "ces", "cet",
    "cette", "che", "ci", "co", "como", "con", "cosa", "così", "csak", "cu", "cua", "cuando", "czy", "da",
    "daha", "dann", "dans", "das", "dass", "dat", "de", "dei", "del", "della", "den", "denn", "der", "des",
    "desde", "det", "deze", "değil", "dhe", "di", "dich", "diese", "dieser", "dieses", "dit", "dla", "doch",
    "donde", "du", "durch", "dus", "echt", "een", "eens", "efter", "egy", "ei", "ein", "eine", "einen",
    "einer", "el", "ela", "ele", "ella", "elle", "eller", "ellos", "els", "en", "encore", "endlich", "er",
    "eres", "es", "eshte", "essa", "esse", "est", "esta", "este", "esto", "estoy", "et", "ett", "että",
    "ez", "fac", "faire", "fait", "fanno", "fare", "faut", "för", "für", "geen", "gelooft", "gens", "gente",
    "gewoon", "gli", "goed", "goede", "gracias", "grazie", "gusta", "gut", "habe", "haben", "hacer", "hade",
    "hai", "hain", "har", "hasta", "hawa", "heb", "hebben", "heeft", "helemaal", "het", "hier", "hij",
    "hindi", "hiçbir", "hoe", "hoekom", "hogy", "honom", "honte", "hun", "hur", "hva", "hvad", "hätte",
    "ich", "ihr", "ihre", "ik", "ikke", "il", "ils", "immer", "inget", "inte", "io", "ir", "isso", "ist",
    "isto", "için", "ja", "jag", "jak", "jako", "je", "jeg", "jego", "jer", "jest", "jestem", "jij", "joka",
    "jsem", "jsou", "jullie", "już", "kad", "kadar", "kaip", "kako", "kann", "kar", "kdo", "ke", "kein",
    "keine", "khong", "ki", "kimse", "ko", "kui", "kuin", "kung", "kwa", "kya", "laat", "las", "le", "les",
    "leur", "leurs", "liye", "lo", "los", "maar", "machen", "mais", "med", "meer", "meg", "meget", "meglio",
    "mehr", "mein", "mejor", "melhor", "mensen", "merci", "mert", "mga", "mich", "miksi", "mikä", "mit",
    "molto", "muito", "muss", "mutta", "muy", "mycket", "mye", "már", "más", "még", "même", "na", "naar",
    "nach", "nada", "nahi", "nahin", "naman", "nas", "nasıl", "natin", "nay", "ne", "nebo", "nem", "není",
    "nessuno", "nguoi", "nhu", "nhung", "nicht", "nichts", "nie", "niemand", "niet", "niets", "niin",
    "nije", "ning", "ninguém", "nje", "një", "noch", "nog", "noi", "non", "nooit", "nos", "nosotros",
    "nostro", "nous", "nu", "nuk", "nur", "não", "när", "nós", "obrigado", "och", "oder", "og", "også",
    "ole", "oli", "olmuş", "ons", "ont", "onze", "ook", "os", "ovat", "para", "pas", "pela", "pelo",
    "pentru", "pero", "però", "peut", "più", "poate", "pode", "por", "porque", "proc", "proč", "przez",
    "på", "për", "qe", "quand", "quando", "quatsch", "que", "quelle", "quello", "quem", "questa", "queste",
    "questo", "qui", "quoi", "qué", "që", "raha", "sab", "samo", "sau", "schon", "se", "sehr", "sein",
    "sem", "sempre", "sen", "ser", "seu", "siamo", "sich", "sie", "siempre", "sig", "sila", "sind", "siz",
    "się", "skal", "sobre", "soll", "som", "sono", "sont", "sowas", "stiamo", "su", "sua", "sunt", "sur",
    "sve", "svi", "são", "så", "tai", "tak", "tam", "también", "também", "tego", "tej", "tem", "tha", "thi",
    "tiene", "til", "todo", "todos", "tot", "tous", "tout", "très", "tu", "tudo", "tum", "tutti", "tutto",
    "tylko", "tym", "të", "uit", "um", "uma", "un", "una", "und", "une", "vad", "vagy", "van", "ve", "veel",
    "vill", "você", "volt", "von", "voor", "vous", "være", "waar", "waarom", "warum", "wat", "wenn",
    "werden", "wie", "wieder", "wij", "wir", "wird", "worden", "wordt", "wäre", "y", "yeh", "yok", "yra",
    "yung", "zijn", "zo", "zou", "zu", "zum", "är", "çok", "è", "é", "és", "être", "është", "şey", "što",
    "że", "și",
]);

/// Of [`FOREIGN`], those that stand within names. Sorted by bytes.
#[rustfmt::skip]
pub(super) static PARTICLES: [u128; 19] = keys([
    "al", "da", "de", "dei", "del", "della", "den", "der", "des", "di", "du", "el", "la", "las", "le", "les", "los", "van",
    "von",
]);

/// Common Indonesian words; `whichlang` does not know Indonesian. Sorted by bytes.
#[rustfmt::skip]
pub(super) static INDONESIAN: [u128; 30] = keys([
    "adalah", "aku", "anda", "apa", "atas", "bagus", "dan", "dari", "dengan", "ini", "itu", "juga", "kami",
    "kamu", "karena", "kita", "lagi", "membawa", "oleh", "pada", "saja", "sangat", "saya", "semoga",
    "sudah", "tapi", "terima", "tidak", "untuk", "yang",
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_without_doubles() {
        for list in [&ENGLISH[..], &SHARED[..], &FOREIGN[..], &PARTICLES[..], &INDONESIAN[..]] {
            assert!(list.is_sorted_by(|a, b| 0 < *a && a < b));
        }
    }
}
