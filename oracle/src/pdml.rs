//! Reads PDML, the XML that `tshark -T pdml` prints: one tree of items for each packet.
//!
//! Only what tshark writes is understood: elements with double-quoted attributes, no text content.

/// An item of the packet tree, or a packet (the root of its protocols).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// The filter name; empty for plain text items.
    pub name: String,
    /// The value as a display filter would write it; for plain text items the text.
    pub show: String,
    /// The octets in hexadecimal, where the item has any.
    pub value: String,
    /// Length in octets as Wireshark says it.
    pub size: usize,
    /// First octet in the frame, or in the buffer that the item lies in.
    pub pos: usize,
    /// The items below.
    pub children: Vec<Item>,
}

impl Item {
    /// All items below this one, in the order of the printed tree.
    pub fn descendants(&self) -> Descendants<'_> {
        Descendants { stack: self.children.iter().rev().collect() }
    }

    /// The first item below this one, at any depth, with this filter name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Item> {
        self.descendants().find(|item| item.name == name)
    }

    /// All items below this one, at any depth, with this filter name.
    pub fn find_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Item> {
        self.descendants().filter(move |item| item.name == name)
    }

    /// All items that a path of filter names leads to, each below the one before; items that are plain text may
    /// lie between.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Vec<&Item> {
        let mut found = vec![self];
        for name in path {
            let mut next = Vec::new();
            for item in found {
                item.named_below(name, &mut next);
            }
            found = next;
        }
        found
    }

    fn named_below<'a>(&'a self, name: &str, found: &mut Vec<&'a Item>) {
        for child in &self.children {
            if child.name == name {
                found.push(child);
            } else if child.name.is_empty() {
                child.named_below(name, found);
            }
        }
    }

    /// The direct child with this filter name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Item> {
        self.children.iter().find(|item| item.name == name)
    }

    /// The frame number of a packet.
    #[must_use]
    pub fn frame(&self) -> u32 {
        self.find("frame.number")
            .or_else(|| self.find("num"))
            .and_then(|item| item.show.parse().ok())
            .unwrap_or(0)
    }
}

/// Iterator over the items below an item; see [`Item::descendants`].
#[derive(Clone, Debug)]
pub struct Descendants<'a> {
    stack: Vec<&'a Item>,
}

impl<'a> Iterator for Descendants<'a> {
    type Item = &'a Item;

    fn next(&mut self) -> Option<&'a Item> {
        let item = self.stack.pop()?;
        self.stack.extend(item.children.iter().rev());
        Some(item)
    }
}

/// The packets of a PDML document.
///
/// A document that ends early (tshark was stopped) gives the packets that were complete.
#[must_use]
pub fn packets(document: &str) -> Vec<Item> {
    let mut packets = Vec::new();
    let mut open: Vec<Item> = Vec::new();
    let mut rest = document;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let Some(end) = rest.find('>') else { break };
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        let name = tag.split([' ', '/', '\n']).find(|part| !part.is_empty()).unwrap_or_default();
        if !matches!(name, "packet" | "proto" | "field") {
            continue;
        }
        if tag.starts_with('/') {
            close(&mut open, &mut packets);
            continue;
        }
        open.push(item(tag));
        if tag.ends_with('/') {
            close(&mut open, &mut packets);
        }
    }
    packets
}

fn close(open: &mut Vec<Item>, packets: &mut Vec<Item>) {
    let Some(done) = open.pop() else { return };
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None => packets.push(done),
    }
}

/// An item from `field name="..." show="..."`. tshark writes `>` inside of attributes as `&gt;`.
fn item(tag: &str) -> Item {
    let mut item = Item::default();
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once("=\"") {
        let key = before.rsplit(' ').next().unwrap_or_default();
        let Some((text, behind)) = after.split_once('"') else { break };
        match key {
            "name" => item.name = unescape(text),
            "show" => item.show = unescape(text),
            "value" => item.value = text.to_owned(),
            "size" => item.size = text.parse().unwrap_or(0),
            "pos" => item.pos = text.parse().unwrap_or(0),
            _ => {}
        }
        rest = behind;
    }
    item
}

fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<pdml version="0" creator="wireshark/4.0.17">
<packet>
  <proto name="geninfo" pos="0" showname="General information" size="4">
    <field name="num" pos="0" show="7" showname="Number" value="7" size="4"/>
  </proto>
  <proto name="x" showname="&lt;a&gt; &quot;b&quot; &amp;amp;" size="2" pos="42">
    <field name="x.name" showname="a" size="2" pos="42" show="&lt;Root&gt;" value="6162"><field name="x.deep" show="1"/></field>
    <field name="x.deep" show="2"/>
  </proto>
</packet>
<packet><proto name="cut">"#;

    #[test]
    fn reads_a_tree_and_ends_where_the_document_does() {
        let packets = packets(DOCUMENT);
        assert_eq!(packets.len(), 1);
        let packet = &packets[0];
        assert_eq!(packet.frame(), 7);
        let x = packet.child("x").unwrap();
        assert_eq!((x.pos, x.size), (42, 2));
        assert_eq!(x.find("x.name").unwrap().show, "<Root>");
        assert_eq!(x.find("x.name").unwrap().value, "6162");
        assert_eq!(x.find_all("x.deep").map(|item| item.show.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    }
}
