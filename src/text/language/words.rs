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

/// Common English words. Sorted by bytes.
#[rustfmt::skip]
pub(super) static ENGLISH: [u128; 162] = keys([
    "a", "about", "all", "also", "always", "am", "an", "and", "another", "any", "anyone", "are", "aren't",
    "as", "at", "back", "be", "because", "been", "before", "being", "both", "but", "by", "can", "can't",
    "could", "did", "didn't", "do", "does", "doesn't", "doing", "don't", "down", "even", "ever", "every",
    "everyone", "few", "for", "from", "get", "give", "go", "going", "good", "got", "had", "has", "have",
    "haven't", "he", "he's", "her", "here", "him", "his", "how", "i", "i'm", "i've", "if", "in", "into",
    "is", "isn't", "it", "it's", "its", "just", "know", "let", "like", "make", "many", "me", "more", "most",
    "much", "must", "my", "need", "never", "no", "nobody", "not", "nothing", "now", "of", "off", "on",
    "one", "only", "or", "other", "our", "out", "over", "people", "please", "really", "right", "said",
    "same", "say", "see", "she", "should", "so", "some", "someone", "still", "stop", "such", "take", "than",
    "thank", "thanks", "that", "that's", "the", "their", "them", "then", "there", "these", "they",
    "they're", "thing", "things", "think", "this", "those", "time", "to", "too", "up", "us", "very", "want",
    "was", "way", "we", "well", "were", "what", "when", "where", "which", "while", "who", "whole", "why",
    "will", "with", "won't", "would", "wrong", "you", "you're", "your",
]);

/// Common words of German, French, Spanish, Italian, Portuguese, Dutch, Turkish and Swedish that English lacks. Sorted by bytes.
#[rustfmt::skip]
pub(super) static FOREIGN: [u128; 288] = keys([
    "aber", "ada", "alors", "ama", "anche", "artık", "att", "au", "auch", "auf", "aussi", "aux", "av",
    "avec", "banyak", "bei", "ben", "bent", "bien", "bin", "bir", "bist", "biz", "bu", "c'est", "ce", "ces",
    "cet", "cette", "che", "ci", "como", "con", "cosa", "così", "da", "daha", "dans", "das", "dass", "dat",
    "de", "dei", "del", "della", "den", "denn", "der", "des", "det", "deze", "değil", "di", "dich", "dit",
    "doch", "du", "durch", "dus", "echt", "een", "eens", "ein", "eine", "einen", "einer", "el", "ela",
    "ele", "ella", "elle", "ellos", "em", "en", "encore", "endlich", "er", "eres", "es", "essa", "esse",
    "est", "esta", "esto", "estoy", "et", "ett", "fa", "faire", "för", "für", "geen", "gelooft", "gewoon",
    "gli", "goede", "gracias", "grazie", "haben", "har", "hay", "heb", "hebben", "heeft", "helemaal", "het",
    "hij", "hiçbir", "hoe", "honom", "hur", "ich", "ihr", "ik", "il", "ils", "immer", "inte", "io", "isso",
    "ist", "isto", "için", "ja", "jag", "je", "jij", "jullie", "kadar", "kann", "kein", "keine", "kimse",
    "la", "laat", "las", "le", "les", "leur", "lo", "los", "maar", "mai", "mais", "mas", "med", "meer",
    "meglio", "mehr", "melhor", "merci", "met", "mich", "mit", "muito", "muy", "más", "même", "na", "naar",
    "nach", "nada", "nas", "nasıl", "ne", "nessuno", "nicht", "niemand", "niet", "niets", "ninguém", "noch",
    "nog", "noi", "non", "nooit", "nos", "nosotros", "nostro", "nous", "nur", "não", "nós", "obrigado",
    "och", "oder", "olmuş", "ons", "ont", "onze", "ook", "os", "para", "pas", "pela", "pelo", "pero", "più",
    "por", "porque", "på", "quand", "que", "quelle", "quello", "quem", "questa", "queste", "questo", "qui",
    "qué", "schon", "se", "sehr", "sem", "sempre", "sen", "ser", "seu", "siamo", "sich", "sie", "siempre",
    "sig", "sind", "siz", "sobre", "som", "sono", "sont", "stiamo", "su", "sua", "sur", "são", "så", "tam",
    "también", "também", "tem", "till", "todo", "todos", "tot", "tous", "très", "tu", "tutti", "uit", "um",
    "uma", "un", "una", "und", "une", "vad", "van", "ve", "veel", "você", "von", "voor", "vous", "waar",
    "wat", "wenn", "werden", "wie", "wieder", "wij", "wir", "wird", "worden", "wordt", "y", "ya", "yok",
    "zijn", "zo", "zou", "zu", "zum", "är", "çok", "è", "é", "être", "şey",
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
        for list in [&ENGLISH[..], &FOREIGN[..], &INDONESIAN[..]] {
            assert!(list.is_sorted_by(|a, b| 0 < *a && a < b));
        }
    }
}
