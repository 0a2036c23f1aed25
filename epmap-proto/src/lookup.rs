//! `ept_lookup` and `ept_lookup_handle_free`: what is registered at all?

use adjoin_wire::{ErrorKind, Guid, Partial, Spanned, Text, WireError};
use rpce_proto::{ArrayCounts, ContextHandle, Encoding, Ndr};

use crate::stub::whole;
use crate::{EptStatus, TowerOctets};

/// Characters of an annotation at most, its NUL included.
pub const MAX_ANNOTATION: u64 = 64;

/// `RPC_IF_ID`, [MS-RPCE] 2.2.1.2.5: an interface and its version.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct InterfaceId {
    /// The interface.
    pub uuid: Spanned<Guid>,
    /// Major version.
    pub vers_major: Spanned<u16>,
    /// Minor version.
    pub vers_minor: Spanned<u16>,
}

/// Arguments of `ept_lookup`, C706 appendix O and [MS-RPCE] 2.2.1.2.4.
///
/// ```text
/// void ept_lookup(
///     [in] handle_t hEpMapper, [in] unsigned long inquiry_type, [in, ptr] UUID *object,
///     [in, ptr] RPC_IF_ID *Ifid, [in] unsigned long vers_option,
///     [in, out] ept_lookup_handle_t *entry_handle, [in, range(0,500)] unsigned long max_ents,
///     [out] unsigned long *num_ents,
///     [out, length_is(*num_ents), size_is(max_ents)] ept_entry_t entries[],
///     [out] error_status *status);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EptLookupRequest {
    /// 0 everything, 1 by interface, 2 by object, 3 by both.
    pub inquiry_type: Spanned<u32>,
    /// Referent of `object`; 0 is NULL.
    pub object_referent: Spanned<u64>,
    /// The object.
    pub object: Option<Spanned<Guid>>,
    /// Referent of `Ifid`; 0 is NULL.
    pub ifid_referent: Spanned<u64>,
    /// The interface.
    pub ifid: Option<InterfaceId>,
    /// How versions compare: 1 all, 2 compatible, 3 exact, 4 major only, 5 up to.
    pub vers_option: Spanned<u32>,
    /// Null at the start of an enumeration.
    pub entry_handle: Spanned<ContextHandle>,
    /// How many entries the client takes.
    pub max_ents: Spanned<u32>,
}

impl EptLookupRequest {
    /// Reads a whole request stub.
    ///
    /// # Errors
    /// The first thing that is wrong, `Trailing` included.
    pub fn parse(stub: &[u8], encoding: Encoding) -> Result<Self, WireError> {
        Self::parse_partial(stub, encoding).complete()
    }

    /// Reads as much as there is.
    #[must_use]
    pub fn parse_partial(stub: &[u8], encoding: Encoding) -> Partial<Self> {
        whole(stub, encoding, Self::read)
    }

    fn read(&mut self, ndr: &mut Ndr<'_>) -> Result<(), WireError> {
        self.inquiry_type = ndr.u32("inquiry_type")?;
        self.object_referent = ndr.pointer("object")?;
        if *self.object_referent != 0 {
            self.object = Some(ndr.guid("object")?);
        }
        self.ifid_referent = ndr.pointer("Ifid")?;
        if *self.ifid_referent != 0 {
            let uuid = ndr.guid("Ifid.Uuid")?;
            let vers_major = ndr.u16("Ifid.VersMajor")?;
            let vers_minor = ndr.u16("Ifid.VersMinor")?;
            self.ifid = Some(InterfaceId { uuid, vers_major, vers_minor });
        }
        self.vers_option = ndr.u32("vers_option")?;
        self.entry_handle = ndr.context_handle("entry_handle")?;
        self.max_ents = ndr.u32("max_ents")?;
        Ok(())
    }
}

/// Results of `ept_lookup`, C706 appendix O and [MS-RPCE] 2.2.1.2.4.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EptLookupResponse<'a> {
    /// Null when there is no more.
    pub entry_handle: Spanned<ContextHandle>,
    /// How many entries there are.
    pub num_ents: Spanned<u32>,
    /// The entries.
    pub entries: Entries<'a>,
    /// Whether anything was found.
    pub status: Spanned<EptStatus>,
}

impl<'a> EptLookupResponse<'a> {
    /// Reads a whole response stub.
    ///
    /// # Errors
    /// The first thing that is wrong, `Trailing` included.
    pub fn parse(stub: &'a [u8], encoding: Encoding) -> Result<Self, WireError> {
        Self::parse_partial(stub, encoding).complete()
    }

    /// Reads as much as there is. In a cut list the entries are there and their towers are not:
    /// all entries come before the first tower.
    #[must_use]
    pub fn parse_partial(stub: &'a [u8], encoding: Encoding) -> Partial<Self> {
        whole(stub, encoding, Self::read)
    }

    fn read(&mut self, ndr: &mut Ndr<'a>) -> Result<(), WireError> {
        self.entry_handle = ndr.context_handle("entry_handle")?;
        self.num_ents = ndr.u32("num_ents")?;
        self.entries.read(ndr)?;
        self.status = ndr.u32("status")?.map(EptStatus);
        if *self.entries.counts.actual_count != u64::from(*self.num_ents) {
            let kind = ErrorKind::Malformed("not the number of elements that were sent");
            return Err(WireError::new(kind, self.num_ents.span.start, "num_ents"));
        }
        Ok(())
    }
}

/// `entries`: a conformant-varying array of `ept_entry_t`, and the towers behind it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entries<'a> {
    /// The numbers before the array.
    pub counts: ArrayCounts,
    fixed: Ndr<'a>,
    deferred: Ndr<'a>,
}

impl<'a> Entries<'a> {
    fn read(&mut self, ndr: &mut Ndr<'a>) -> Result<(), WireError> {
        ndr.array_counts(&mut self.counts)?;
        self.fixed = *ndr;
        for _ in 0..*self.counts.actual_count {
            Entry::read(ndr)?;
        }
        self.deferred = *ndr;
        let mut iter = self.iter();
        for entry in &mut iter {
            entry?;
        }
        *ndr = iter.deferred;
        Ok(())
    }

    /// The entries in order; an error comes last.
    #[must_use]
    pub fn iter(&self) -> EntryIter<'a> {
        let left = *self.counts.actual_count;
        EntryIter { fixed: self.fixed, deferred: self.deferred, left, failed: None }
    }
}

impl<'a> IntoIterator for &Entries<'a> {
    type Item = Result<Entry<'a>, WireError>;
    type IntoIter = EntryIter<'a>;

    fn into_iter(self) -> EntryIter<'a> {
        self.iter()
    }
}

/// `ept_entry_t`, C706 appendix O.
///
/// ```text
/// typedef struct {
///     UUID object; twr_p_t tower; [string] char annotation[ept_max_annotation_size];
/// } ept_entry_t;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Entry<'a> {
    /// The object, or nil.
    pub object: Spanned<Guid>,
    /// Referent of the tower; 0 is NULL.
    pub tower_referent: Spanned<u64>,
    /// What the server wrote about itself, without its NUL.
    pub annotation: Spanned<Text<'a>>,
    /// The tower.
    pub tower: Option<TowerOctets<'a>>,
}

impl<'a> Entry<'a> {
    fn read(ndr: &mut Ndr<'a>) -> Result<Self, WireError> {
        // The structure is aligned as its widest member, the pointer.
        ndr.align(ndr.encoding().word(), "entries")?;
        let object = ndr.guid("object")?;
        let tower_referent = ndr.pointer("tower")?;
        let counts = ndr.varying(MAX_ANNOTATION)?;
        let len = ndr.fits(*counts.actual_count, 1, "annotation")?;
        let annotation =
            ndr.bytes(len, "annotation")?.map(|b| Text::new(b.split(|b| *b == 0).next().unwrap_or_default()));
        Ok(Self { object, tower_referent, annotation, tower: None })
    }
}

/// See [`Entries::iter`].
#[derive(Clone, Debug)]
pub struct EntryIter<'a> {
    fixed: Ndr<'a>,
    deferred: Ndr<'a>,
    left: u64,
    failed: Option<WireError>,
}

impl<'a> Iterator for EntryIter<'a> {
    type Item = Result<Entry<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(left) = self.left.checked_sub(1) else {
            return self.failed.take().map(Err);
        };
        self.left = left;
        let mut entry = match Entry::read(&mut self.fixed) {
            Ok(entry) => entry,
            Err(error) => {
                self.left = 0;
                return Some(Err(self.failed.take().unwrap_or(error)));
            }
        };
        // Entries whose towers were cut are given without them, and the error after the last.
        if *entry.tower_referent != 0 && self.failed.is_none() {
            let mut octets = TowerOctets::default();
            self.failed = octets.read(&mut self.deferred).err();
            entry.tower = Some(octets);
        }
        Some(Ok(entry))
    }
}

impl core::iter::FusedIterator for EntryIter<'_> {}

/// `ept_lookup_handle_free`, C706 appendix O: the request has the handle only, the response
/// has the nulled handle and a status.
///
/// ```text
/// void ept_lookup_handle_free([in] handle_t h,
///     [in, out] ept_lookup_handle_t *entry_handle, [out] error_status *status);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EptLookupHandleFree {
    /// The handle.
    pub entry_handle: Spanned<ContextHandle>,
    /// Only in the response.
    pub status: Option<Spanned<EptStatus>>,
}

impl EptLookupHandleFree {
    /// Reads a whole stub; a request ends behind the handle.
    ///
    /// # Errors
    /// The first thing that is wrong, `Trailing` included.
    pub fn parse(stub: &[u8], encoding: Encoding) -> Result<Self, WireError> {
        Self::parse_partial(stub, encoding).complete()
    }

    /// Reads as much as there is.
    #[must_use]
    pub fn parse_partial(stub: &[u8], encoding: Encoding) -> Partial<Self> {
        whole(stub, encoding, Self::read)
    }

    fn read(&mut self, ndr: &mut Ndr<'_>) -> Result<(), WireError> {
        self.entry_handle = ndr.context_handle("entry_handle")?;
        if ndr.remaining() > 0 {
            self.status = Some(ndr.u32("status")?.map(EptStatus));
        }
        Ok(())
    }
}
