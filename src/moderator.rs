//! PURE
