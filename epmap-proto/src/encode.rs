//! Writes towers and stubs: for tests, generators and simulators.

use alloc::vec::Vec;
use core::net::Ipv4Addr;

use adjoin_wire::Guid;
use rpce_proto::{ContextHandle, Encoding, NdrWriter, SyntaxId, TooLong};

use crate::{EptStatus, ProtocolId};

/// Writes a tower floor by floor.
#[derive(Clone, Debug, Default)]
pub struct TowerWriter {
    floors: u16,
    out: Vec<u8>,
}

impl TowerWriter {
    /// A tower without floors.
    #[must_use]
    pub const fn new() -> Self {
        Self { floors: 0, out: Vec::new() }
    }

    /// The five floors of `ncacn_ip_tcp`.
    ///
    /// # Errors
    /// Never: all floors are short.
    pub fn ncacn_ip_tcp(
        interface: SyntaxId,
        transfer_syntax: SyntaxId,
        port: u16,
        address: Ipv4Addr,
    ) -> Result<Vec<u8>, TooLong> {
        let mut tower = Self::new();
        tower.syntax(interface)?.syntax(transfer_syntax)?;
        tower.floor(ProtocolId::NCACN, &[], &[0, 0])?;
        tower.floor(ProtocolId::TCP, &[], &port.to_be_bytes())?;
        tower.floor(ProtocolId::IP, &[], &address.octets())?;
        tower.finish()
    }

    /// The five floors of `ncacn_np`.
    ///
    /// # Errors
    /// When a name is too long.
    pub fn ncacn_np(
        interface: SyntaxId,
        transfer_syntax: SyntaxId,
        pipe: &str,
        host: &str,
    ) -> Result<Vec<u8>, TooLong> {
        let mut tower = Self::new();
        tower.syntax(interface)?.syntax(transfer_syntax)?;
        tower.floor(ProtocolId::NCACN, &[], &[0, 0])?;
        tower.floor(ProtocolId::SMB, &[], &terminated(pipe))?;
        tower.floor(ProtocolId::NETBIOS, &[], &terminated(host))?;
        tower.finish()
    }

    /// A UUID floor.
    ///
    /// # Errors
    /// When there are too many floors.
    pub fn syntax(&mut self, syntax: SyntaxId) -> Result<&mut Self, TooLong> {
        let mut lhs = [0; 18];
        for (to, from) in
            lhs.iter_mut().zip(syntax.uuid.to_le_bytes().into_iter().chain(syntax.major().to_le_bytes()))
        {
            *to = from;
        }
        self.floor(ProtocolId::UUID, &lhs, &syntax.minor().to_le_bytes())
    }

    /// Any floor; `lhs` goes without the protocol identifier.
    ///
    /// # Errors
    /// When a side or the number of floors is above 65535.
    pub fn floor(&mut self, protocol: ProtocolId, lhs: &[u8], rhs: &[u8]) -> Result<&mut Self, TooLong> {
        let left = length(lhs.len().saturating_add(1), "LHS length")?;
        let right = length(rhs.len(), "RHS length")?;
        self.floors = self.floors.checked_add(1).ok_or(TooLong { field: "floor count" })?;
        self.out.extend_from_slice(&left.to_le_bytes());
        self.out.push(protocol.0);
        self.out.extend_from_slice(lhs);
        self.out.extend_from_slice(&right.to_le_bytes());
        self.out.extend_from_slice(rhs);
        Ok(self)
    }

    /// The octets.
    ///
    /// # Errors
    /// When the tower is longer than an `unsigned long` counts.
    pub fn finish(self) -> Result<Vec<u8>, TooLong> {
        u32::try_from(self.out.len().saturating_add(2)).map_err(|_| TooLong { field: "tower_length" })?;
        let mut out = Vec::from(self.floors.to_le_bytes());
        out.extend_from_slice(&self.out);
        Ok(out)
    }
}

fn length(len: usize, field: &'static str) -> Result<u16, TooLong> {
    u16::try_from(len).map_err(|_| TooLong { field })
}

fn terminated(text: &str) -> Vec<u8> {
    text.bytes().chain([0]).collect()
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

fn put_tower(w: &mut NdrWriter, tower: &[u8]) -> Result<(), TooLong> {
    let len = u32::try_from(tower.len()).map_err(|_| TooLong { field: "tower_length" })?;
    w.uint3264(u64::from(len)).u32(len).bytes(tower);
    Ok(())
}

/// The stub of an `ept_map` request. Pointers get the referents 1 and 2, as Windows numbers them.
///
/// # Errors
/// When the tower is too long.
pub fn ept_map_request(
    encoding: Encoding,
    obj: Option<Guid>,
    map_tower: Option<&[u8]>,
    entry_handle: ContextHandle,
    max_towers: u32,
) -> Result<Vec<u8>, TooLong> {
    let mut w = NdrWriter::new(encoding);
    match obj {
        Some(obj) => w.uint3264(1).guid(obj),
        None => w.uint3264(0),
    };
    match map_tower {
        Some(tower) => put_tower(w.uint3264(2), tower)?,
        None => {
            w.uint3264(0);
        }
    }
    w.context_handle(entry_handle).u32(max_towers);
    Ok(w.finish())
}

/// The stub of an `ept_map` response. `towers` has a referent and the octets of each; referent 0
/// is a NULL pointer without octets.
///
/// # Errors
/// When a tower is too long.
pub fn ept_map_response(
    encoding: Encoding,
    entry_handle: ContextHandle,
    max_towers: u32,
    towers: &[(u64, &[u8])],
    status: EptStatus,
) -> Result<Vec<u8>, TooLong> {
    let num = u32::try_from(towers.len()).map_err(|_| TooLong { field: "num_towers" })?;
    let mut w = NdrWriter::new(encoding);
    w.context_handle(entry_handle).u32(num);
    w.uint3264(u64::from(max_towers)).uint3264(0).uint3264(count(towers.len()));
    for (referent, _) in towers {
        w.uint3264(*referent);
    }
    for (_, tower) in towers.iter().filter(|(referent, _)| *referent != 0) {
        put_tower(&mut w, tower)?;
    }
    w.u32(status.0);
    Ok(w.finish())
}

/// The stub of an `ept_lookup` request for everything that is registered.
#[must_use]
pub fn ept_lookup_request(encoding: Encoding, entry_handle: ContextHandle, max_ents: u32) -> Vec<u8> {
    let mut w = NdrWriter::new(encoding);
    w.u32(0).uint3264(0).uint3264(0).u32(1).context_handle(entry_handle).u32(max_ents);
    w.finish()
}

/// An entry for [`ept_lookup_response`].
#[derive(Clone, Copy, Debug)]
pub struct EntryOctets<'a> {
    /// The object, or nil.
    pub object: Guid,
    /// The annotation without NUL.
    pub annotation: &'a str,
    /// The tower; `None` is a NULL pointer.
    pub tower: Option<&'a [u8]>,
}

/// The stub of an `ept_lookup` response. Towers get the referents 1, 2, 3, ...
///
/// # Errors
/// When a tower is too long.
pub fn ept_lookup_response(
    encoding: Encoding,
    entry_handle: ContextHandle,
    max_ents: u32,
    entries: &[EntryOctets<'_>],
    status: EptStatus,
) -> Result<Vec<u8>, TooLong> {
    let num = u32::try_from(entries.len()).map_err(|_| TooLong { field: "num_ents" })?;
    let mut w = NdrWriter::new(encoding);
    w.context_handle(entry_handle).u32(num);
    w.uint3264(u64::from(max_ents)).uint3264(0).uint3264(u64::from(num));
    for (referent, entry) in (1..).zip(entries) {
        let referent: u64 = if entry.tower.is_some() { referent } else { 0 };
        let annotation = terminated(entry.annotation);
        w.align(encoding.word()).guid(entry.object).uint3264(referent);
        w.uint3264(0).uint3264(count(annotation.len())).bytes(&annotation);
    }
    for tower in entries.iter().filter_map(|e| e.tower) {
        put_tower(&mut w, tower)?;
    }
    w.u32(status.0);
    Ok(w.finish())
}
