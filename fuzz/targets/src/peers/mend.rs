//! Octets changed at one place, with the lengths around it set right again.

use core::ops::Range;

/// Length octets of a header and what they say, for the forms that ours reads.
fn length(octets: &[u8]) -> Option<(usize, usize)> {
    let (first, rest) = octets.split_first()?;
    match first {
        0..=0x7f => Some((1, usize::from(*first))),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7f);
            let value =
                rest.get(..count)?.iter().fold(0_usize, |value, octet| value << 8 | usize::from(*octet));
            Some((count + 1, value))
        }
        _ => None,
    }
}

/// The contents of the element that begins here; nothing when it isn't whole.
pub(super) fn contents(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let header = bytes.get(at..)?;
    if header.first()? & 0x1f == 0x1f {
        return None;
    }
    let (octets, value) = length(header.get(1..)?)?;
    let start = at + 1 + octets;
    let end = start.checked_add(value).filter(|end| *end <= bytes.len())?;
    Some(start..end)
}

/// Length octets for `value`: as many as there were, when they are enough.
fn length_octets(value: usize, before: usize) -> Vec<u8> {
    if before == 1 && value <= 0x7f {
        return vec![u8::try_from(value).unwrap_or(0x7f)];
    }
    let digits: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
    let count = digits.len().max(before - 1);
    let first = 0x80 | u8::try_from(count).unwrap_or(0x7f);
    core::iter::once(first).chain(core::iter::repeat_n(0, count - digits.len())).chain(digits).collect()
}

/// An element with a length in as few octets as will do.
pub(super) fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    [&[tag][..], &length_octets(contents.len(), 1), contents].concat()
}

/// Puts `new` where `range` is, and sets the lengths of all elements around it.
pub(super) fn splice(bytes: &[u8], range: &Range<usize>, new: &[u8]) -> Vec<u8> {
    let mut at = 0;
    while let Some(inner) = contents(bytes, at).filter(|_| at < range.end.max(1)) {
        if inner.start <= range.start && range.end <= inner.end {
            let (before, rest) = bytes.split_at(at);
            let (tag, behind) =
                (rest.first().copied().unwrap_or(0), bytes.get(inner.end..).unwrap_or_default());
            let part = bytes.get(inner.clone()).unwrap_or_default();
            let moved = range.start - inner.start..range.end - inner.start;
            let part = splice(part, &moved, new);
            let length = length_octets(part.len(), inner.start - at - 1);
            return [before, &[tag], &length, &part, behind].concat();
        }
        if inner.end > range.start {
            break;
        }
        at = inner.end;
    }
    let (before, behind) = (bytes.get(..range.start), bytes.get(range.end..));
    [before.unwrap_or_default(), new, behind.unwrap_or_default()].concat()
}

/// What can be cut off at a place: from an element there, or what should be one, to the end of what it lies
/// in; the smallest piece first.
pub(super) fn cuts(bytes: &[u8], offset: usize) -> Vec<Range<usize>> {
    fn inside(bytes: &[u8], around: &Range<usize>, offset: usize, found: &mut Vec<Range<usize>>) {
        let whole = bytes.get(..around.end).unwrap_or_default();
        let mut at = around.start;
        while at <= offset && at < around.end {
            let Some(inner) = contents(whole, at) else {
                found.push(at..around.end);
                return;
            };
            if offset <= inner.end {
                found.push(at..around.end);
                if whole.get(at).is_some_and(|tag| tag & 0x20 != 0) && inner.start <= offset {
                    inside(whole, &inner, offset, found);
                }
            }
            at = inner.end;
        }
    }
    let mut found = Vec::new();
    inside(bytes, &(0..bytes.len()), offset, &mut found);
    found.sort_by_key(|cut: &Range<usize>| cut.len());
    found
}

/// The primitive element that has the offset in its contents: where it begins, and its contents.
pub(super) fn primitive(bytes: &[u8], offset: usize) -> Option<(usize, Range<usize>)> {
    find(bytes, &|tag, inner| tag & 0x20 == 0 && inner.start <= offset && offset <= inner.end)
}

/// The element with these contents: where it begins.
pub(super) fn begin(bytes: &[u8], contents: &Range<usize>) -> Option<usize> {
    find(bytes, &|_, inner| inner.start == contents.start).map(|(at, _)| at)
}

/// Of all whole elements at every depth the one that is wanted.
pub(super) fn find(
    bytes: &[u8],
    wanted: &dyn Fn(u8, &Range<usize>) -> bool,
) -> Option<(usize, Range<usize>)> {
    let mut all = elements(bytes).into_iter();
    all.find(|(at, inner)| bytes.get(*at).is_some_and(|tag| wanted(*tag, inner)))
}

/// All whole elements at every depth: where they begin, and their contents.
pub(super) fn elements(bytes: &[u8]) -> Vec<(usize, Range<usize>)> {
    let (mut left, mut found) = (Vec::from([(0, bytes.len())]), Vec::new());
    while let Some((mut at, end)) = left.pop() {
        let whole = bytes.get(..end).unwrap_or_default();
        while let Some(inner) = contents(whole, at) {
            if whole.get(at).is_some_and(|tag| tag & 0x20 != 0) {
                left.push((inner.start, inner.end));
            }
            let end = inner.end;
            found.push((at, inner));
            at = end;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A SEQUENCE of an INTEGER and a SEQUENCE of two OCTET STRINGs.
    const NESTED: [u8; 13] = [0x30, 0x0b, 2, 1, 5, 0x30, 6, 4, 1, 0x61, 4, 1, 0x62];

    #[test]
    fn lengths_around_a_place_are_set() {
        let longer = splice(&NESTED, &(9..10), b"xyz");
        assert_eq!(longer, [0x30, 0x0d, 2, 1, 5, 0x30, 8, 4, 3, b'x', b'y', b'z', 4, 1, 0x62]);
        assert_eq!(splice(&NESTED, &(10..13), &[]), [0x30, 8, 2, 1, 5, 0x30, 3, 4, 1, 0x61]);
        // An empty place is that of an empty element, not behind the one before it.
        assert_eq!(splice(&[0x30, 5, 2, 1, 5, 4, 0], &(7..7), b"a"), [0x30, 6, 2, 1, 5, 4, 1, 0x61]);
    }

    #[test]
    fn the_form_of_a_length_is_kept_when_it_is_enough() {
        let long = [0x30, 0x84, 0, 0, 0, 3, 4, 1, 0x61];
        assert_eq!(splice(&long, &(8..9), b""), [0x30, 0x84, 0, 0, 0, 2, 4, 0]);
        let short = [0x30, 3, 4, 1, 0x61];
        let much = splice(&short, &(4..5), &[0x62; 200]);
        assert_eq!(much[..6], [0x30, 0x81, 203, 4, 0x81, 200]);
    }

    #[test]
    fn cuts_reach_to_the_end_of_what_is_around() {
        assert_eq!(cuts(&NESTED, 10), [10..13, 7..13, 5..13, 0..13]);
        // The second OCTET STRING is longer than the SEQUENCE.
        let mut overrun = NESTED;
        overrun[11] = 9;
        assert_eq!(cuts(&overrun, 13), [10..13, 5..13, 0..13]);
    }

    #[test]
    fn elements_are_found_by_their_contents() {
        assert_eq!(primitive(&NESTED, 9), Some((7, 9..10)));
        assert_eq!(begin(&NESTED, &(12..13)), Some(10));
        assert_eq!(begin(&NESTED, &(7..13)), Some(5));
        assert_eq!(begin(&NESTED, &(8..9)), None);
    }
}
