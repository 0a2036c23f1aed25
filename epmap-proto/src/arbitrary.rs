//! Well-formed towers and stubs of the endpoint mapper with the values that they hold, to fuzz parsers
//! with (feature `arbitrary`).
//!
//! ```
//! use arbitrary::{Arbitrary, Unstructured};
//! use epmap_proto::arbitrary::AnyTower;
//! use epmap_proto::Tower;
//!
//! # fn main() -> arbitrary::Result<()> {
//! # let bytes_of_the_fuzzer = [7; 64];
//! let tower = AnyTower::arbitrary(&mut Unstructured::new(&bytes_of_the_fuzzer))?;
//! let octets = tower.encode();
//! let read = Tower::parse(&octets).expect("it is well-formed");
//! assert_eq!(read.floors.iter().count(), tower.floors.len() + 2);
//! # Ok(())
//! # }
//! ```

use crate::{
    EntryOctets, EptStatus, ProtocolId, TowerWriter, ept_lookup_response, ept_map_request, ept_map_response,
};
use ::arbitrary::{Arbitrary, Result, Unstructured};
use adjoin_wire::Guid;
use adjoin_wire::arbitrary::{label, octets};
use alloc::string::String;
use alloc::vec::Vec;
use rpce_proto::{ContextHandle, Encoding, SyntaxId};

/// A protocol tower: an interface, an encoding, and how to reach them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyTower {
    /// The first floor.
    pub interface: SyntaxId,
    /// The second floor.
    pub transfer_syntax: SyntaxId,
    /// Protocol and right-hand side of each floor behind: those of TCP, of named pipes, or any.
    pub floors: Vec<(ProtocolId, Vec<u8>)>,
}

impl<'a> Arbitrary<'a> for AnyTower {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let terminated = |text: String| text.into_bytes().into_iter().chain([0]).collect::<Vec<u8>>();
        let floors = match u.int_in_range(0..=3)? {
            0 | 1 => alloc::vec![
                (ProtocolId::NCACN, alloc::vec![0, 0]),
                (ProtocolId::TCP, u.arbitrary::<[u8; 2]>()?.to_vec()),
                (ProtocolId::IP, u.arbitrary::<[u8; 4]>()?.to_vec()),
            ],
            2 => alloc::vec![
                (ProtocolId::NCACN, alloc::vec![0, 0]),
                (ProtocolId::SMB, terminated(alloc::format!("\\PIPE\\{}", label(u, 20)?))),
                (ProtocolId::NETBIOS, terminated(alloc::format!("\\\\{}", label(u, 15)?))),
            ],
            _ => {
                let count = u.int_in_range(0..=5)?;
                (0..count).map(|_| Ok((ProtocolId(u.arbitrary()?), octets(u, 40)?))).collect::<Result<_>>()?
            }
        };
        Ok(Self { interface: u.arbitrary()?, transfer_syntax: u.arbitrary()?, floors })
    }
}

impl AnyTower {
    /// The octets.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = TowerWriter::new();
        let mut written = writer.syntax(self.interface).and_then(|w| w.syntax(self.transfer_syntax)).is_ok();
        for (protocol, rhs) in &self.floors {
            written &= writer.floor(*protocol, &[], rhs).is_ok();
        }
        // What is generated fits; what somebody made longer doesn't.
        if written { writer.finish().unwrap_or_default() } else { Vec::new() }
    }
}

/// The stub of an `ept_map` request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapRequest {
    /// The object.
    pub obj: Option<Guid>,
    /// What is looked for.
    pub map_tower: Option<AnyTower>,
    /// Where an earlier answer stopped.
    pub entry_handle: ContextHandle,
    /// Most towers of the answer.
    pub max_towers: u32,
}

impl<'a> Arbitrary<'a> for MapRequest {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            obj: u.arbitrary()?,
            map_tower: u.arbitrary()?,
            entry_handle: u.arbitrary()?,
            max_towers: u.arbitrary()?,
        })
    }
}

impl MapRequest {
    /// The stub in this encoding.
    #[must_use]
    pub fn encode(&self, encoding: Encoding) -> Vec<u8> {
        let tower = self.map_tower.as_ref().map(AnyTower::encode);
        ept_map_request(encoding, self.obj, tower.as_deref(), self.entry_handle, self.max_towers)
            .unwrap_or_default()
    }
}

/// The stub of an `ept_map` response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapResponse {
    /// Where to go on.
    pub entry_handle: ContextHandle,
    /// The array's size.
    pub max_towers: u32,
    /// The towers; some pointers may be NULL.
    pub towers: Vec<Option<AnyTower>>,
    /// How it went.
    pub status: EptStatus,
}

impl<'a> Arbitrary<'a> for MapResponse {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let count = u.int_in_range(0..=4_u32)?;
        Ok(Self {
            entry_handle: u.arbitrary()?,
            max_towers: u.int_in_range(count..=500)?,
            towers: (0..count).map(|_| u.arbitrary()).collect::<Result<_>>()?,
            status: EptStatus(u.arbitrary()?),
        })
    }
}

impl MapResponse {
    /// The stub in this encoding.
    #[must_use]
    pub fn encode(&self, encoding: Encoding) -> Vec<u8> {
        let octets: Vec<Option<Vec<u8>>> =
            self.towers.iter().map(|tower| tower.as_ref().map(AnyTower::encode)).collect();
        let towers: Vec<(u64, &[u8])> = (3..)
            .zip(&octets)
            .map(|(referent, tower)| tower.as_ref().map_or((0, &[][..]), |tower| (referent, tower)))
            .collect();
        ept_map_response(encoding, self.entry_handle, self.max_towers, &towers, self.status)
            .unwrap_or_default()
    }
}

/// The stub of an `ept_lookup` response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupResponse {
    /// Where to go on.
    pub entry_handle: ContextHandle,
    /// The array's size.
    pub max_ents: u32,
    /// Object, annotation and tower of each entry.
    pub entries: Vec<(Guid, String, Option<AnyTower>)>,
    /// How it went.
    pub status: EptStatus,
}

impl<'a> Arbitrary<'a> for LookupResponse {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let count = u.int_in_range(0..=3_u32)?;
        Ok(Self {
            entry_handle: u.arbitrary()?,
            max_ents: u.int_in_range(count..=500)?,
            entries: (0..count)
                .map(|_| Ok((u.arbitrary()?, label(u, 40)?, u.arbitrary()?)))
                .collect::<Result<_>>()?,
            status: EptStatus(u.arbitrary()?),
        })
    }
}

impl LookupResponse {
    /// The stub in this encoding.
    #[must_use]
    pub fn encode(&self, encoding: Encoding) -> Vec<u8> {
        let octets: Vec<Option<Vec<u8>>> =
            self.entries.iter().map(|(_, _, tower)| tower.as_ref().map(AnyTower::encode)).collect();
        let entries: Vec<EntryOctets<'_>> = self
            .entries
            .iter()
            .zip(&octets)
            .map(|((object, annotation, _), tower)| EntryOctets {
                object: *object,
                annotation,
                tower: tower.as_deref(),
            })
            .collect();
        ept_lookup_response(encoding, self.entry_handle, self.max_ents, &entries, self.status)
            .unwrap_or_default()
    }
}
