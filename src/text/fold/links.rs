//! Web addresses, e-mail addresses and at-sign names, each made one word that says what stood there.
//!
//! Runs on folded characters, so a link in full-width letters is a link. Recognises shapes only: it knows a few
//! dozen top-level domains, because "end.Next" is a missing space and not a site. Resolves nothing.

use unicode_normalization::char::is_combining_mark;

use super::{
    draft::{Draft, Unit, at, slice, span_of},
    swearing,
};
use crate::text::letters::is_letter_or_digit;

/// Top-level domains taken for real without a path behind them, sorted. Words such as "in", "it", "so" and "me" are
/// left out: they follow a full stop too often.
const DOMAINS: [&str; 44] = [
    "ai", "app", "au", "biz", "br", "ca", "ch", "cn", "co", "com", "de", "dev", "edu", "es", "eu", "fr",
    "gov", "info", "io", "jp", "kr", "ly", "mil", "mobi", "net", "news", "nl", "nz", "online", "org", "pl",
    "pt", "ru", "se", "shop", "site", "top", "tv", "tw", "ua", "uk", "us", "xyz", "za",
];

/// Of these, those that are no words: a capital does not make them the beginning of a sentence.
const WORDLESS: [&str; 6] = ["com", "edu", "gov", "info", "net", "org"];

/// The longest address (RFC 5321, section 4.5.3.1.3), in characters. A longer run is none, and is not read further for
/// each of its parts, so that "a.b.c.d" without end costs a bounded time for each character.
const MAX_ADDRESS: usize = 254;

/// Replaces links by `urlx` and at-sign names by `userx`.
pub(super) fn replace(draft: &mut Draft<'_>) -> bool {
    // Where a full stop, colon or at-sign only ends a word, there is nothing to find.
    let inner = |w: &[Unit]| matches!(w, [a, b] if is_telltale(a.ch) && !b.ch.is_whitespace() && b.ch != '.');
    if !draft.units.windows(2).any(inner) {
        return false;
    }
    draft.rewrite(|draft, old, new| {
        let mut changed = false;
        let mut done = 0;
        while done < old.len() {
            let begin = done;
            while done < old.len() && !at(old, done).is_whitespace() {
                done += 1;
            }
            changed |= chunk(draft, slice(old, begin, done), new);
            new.extend(old.get(done));
            done += 1;
        }
        changed
    })
}

/// Characters without one of which nothing is a link or a name.
const fn is_telltale(c: char) -> bool {
    matches!(c, '.' | '@' | ':')
}

/// Copies one chunk without white space, with its links and names replaced.
fn chunk(draft: &mut Draft<'_>, units: &[Unit], new: &mut Vec<Unit>) -> bool {
    if !units.iter().any(|u| is_telltale(u.ch)) {
        new.extend_from_slice(units);
        return false;
    }
    let mut from = 0;
    let mut changed = false;
    // What follows a replaced link follows a space.
    let mut previous = ' ';
    while from < units.len() {
        let (word, end) = match found(draft.original, units, from, previous) {
            Some((Found::Link, end)) => ("urlx", end),
            Some((Found::User, end)) => ("userx", end),
            None => {
                new.extend(units.get(from));
                previous = at(units, from);
                from += 1;
                if let Some(&stop) = units.get(from - 1)
                    && stop.ch == '.'
                    && lacks_space(draft.original, slice(units, from, units.len()))
                {
                    new.push(Unit { ch: ' ', ..stop });
                    previous = ' ';
                    changed = true;
                }
                continue;
            }
        };
        let end = name_end(units, end, |c| is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}'));
        let Some(span) = span_of(slice(units, from, end)) else { break };
        if word == "urlx" {
            draft.links.push(span);
        }
        let unit = |ch| Unit { ch, begin: span.begin as u32, end: span.end as u32 };
        if new.last().is_some_and(|u| !u.ch.is_whitespace()) {
            new.push(unit(' '));
        }
        new.extend(word.chars().map(unit));
        if end < units.len() {
            new.push(unit(' '));
        }
        from = end;
        previous = ' ';
        changed = true;
    }
    changed
}

enum Found {
    Link,
    User,
}

/// The link or name that begins here, and where it ends.
fn found(original: &str, units: &[Unit], from: usize, previous: char) -> Option<(Found, usize)> {
    if is_letter_or_digit(previous) || previous == '_' {
        return None;
    }
    let first = at(units, from);
    if first == '@' {
        return user(units, from).map(|end| (Found::User, end));
    }
    if !is_letter_or_digit(first) {
        return None;
    }
    if starts(units, from, "http://") || starts(units, from, "https://") || starts(units, from, "www.") {
        let end = trimmed(units, from, units.len());
        let prefix = if starts(units, from, "www.") { 4 } else { 7 };
        return (end > from + prefix).then_some((Found::Link, end));
    }
    address(original, units, from).map(|end| (Found::Link, end))
}

/// An at-sign name: letters, digits and underscores, unless it is a swear word, or reads as one with the sign as an a.
fn user(units: &[Unit], from: usize) -> Option<usize> {
    let end = name_end(units, from + 1, |c| is_letter_or_digit(c) || c == '_');
    let name = slice(units, from + 1, end);
    let letters = || name.iter().map(|u| u.ch);
    let swears = swearing::is_known(letters()) || swearing::is_known(std::iter::once('a').chain(letters()));
    (!name.is_empty() && !swears).then_some(end)
}

/// `name@example.com`, `example.com` or, with any top-level domain of two letters, `youtu.be/path`, without a scheme.
fn address(original: &str, units: &[Unit], from: usize) -> Option<usize> {
    let near = slice(units, 0, units.len().min(from + MAX_ADDRESS + 1));
    let local = name_end(near, from, |c| is_letter_or_digit(c) || matches!(c, '.' | '_' | '+' | '-' | '%'));
    if local > from + MAX_ADDRESS {
        return None;
    }
    let mail = at(units, local) == '@';
    let start = if mail { local + 1 } else { from };
    let end = name_end(near, start, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    if end > from + MAX_ADDRESS {
        return None;
    }
    let end = trimmed(units, start, end);
    let host = slice(units, start, end);
    let mut labels = host.rsplit(|u| u.ch == '.');
    let top = labels.next().unwrap_or_default();
    let mut rest = labels.peekable();
    if top.len() < 2 || rest.peek().is_none() || !top.iter().all(|u| u.ch.is_ascii_lowercase()) {
        return None;
    }
    if rest.clone().any(<[Unit]>::is_empty) {
        return None;
    }
    let path = at(units, end) == '/' && is_letter_or_digit(at(units, end + 1));
    let is_any = |domains: &[&str]| is_one_of(domains, top);
    // "t.me/name" and "t.co/path" are the only hosts of one letter in common use.
    let short = rest.clone().all(|label| label.len() < 2) && !(path && is_any(&["me", "co"]));
    let digits = path && rest.all(|label| label.iter().all(|u| u.ch.is_ascii_digit()));
    if short || digits {
        return None;
    }
    if mail {
        return Some(end);
    }
    let known = is_any(&DOMAINS) && (path || is_any(&WORDLESS) || !begins_sentence(original, top));
    (known || path && top.len() == 2).then(|| match at(units, end) {
        '/' | ':' | '?' => trimmed(units, from, units.len()),
        _ => end,
    })
}

/// Whether what stands after a full stop would be a top-level domain if it did not begin a sentence. A space says so when the
/// capital is gone.
fn lacks_space(original: &str, after: &[Unit]) -> bool {
    let label = slice(after, 0, name_end(after, 0, |c| c.is_ascii_lowercase()));
    is_one_of(&DOMAINS, label) && !is_one_of(&WORDLESS, label) && begins_sentence(original, label)
}

fn is_one_of(domains: &[&str], label: &[Unit]) -> bool {
    domains.iter().any(|domain| domain.chars().eq(label.iter().map(|u| u.ch)))
}

/// Whether a label begins with a capital after a small letter and a full stop: "told us.Top officials".
fn begins_sentence(original: &str, label: &[Unit]) -> bool {
    let begin = label.first().map_or(0, |u| u.begin as usize);
    let (before, after) = original.split_at_checked(begin).unwrap_or_default();
    after.starts_with(char::is_uppercase) && before.trim_end_matches('.').ends_with(char::is_lowercase)
}

fn name_end(units: &[Unit], from: usize, part: impl Fn(char) -> bool) -> usize {
    units.iter().skip(from).position(|u| !part(u.ch)).map_or(units.len(), |n| from + n)
}

/// The end of a link without the punctuation of the sentence around it.
fn trimmed(units: &[Unit], from: usize, mut end: usize) -> usize {
    while end > from
        && !is_letter_or_digit(at(units, end - 1))
        && !matches!(at(units, end - 1), '/' | '=' | '_')
    {
        end -= 1;
    }
    end
}

fn starts(units: &[Unit], from: usize, prefix: &str) -> bool {
    prefix.chars().eq(units.iter().skip(from).take(prefix.len()).map(|u| u.ch))
}
