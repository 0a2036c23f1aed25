//! `ept_map`: where is the endpoint of this interface?

use adjoin_wire::{ErrorKind, Guid, Partial, Spanned, WireError};
use rpce_proto::{ArrayCounts, ContextHandle, Encoding, Ndr};

use crate::stub::whole;
use crate::{EptStatus, Tower};

/// `twr_t` in a stub, C706 appendix L and [MS-RPCE] 2.2.1.2.2.
///
/// ```text
/// typedef struct {
///     unsigned long tower_length;
///     [size_is(tower_length)] byte tower_octet_string[];
/// } twr_t, *twr_p_t;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TowerOctets<'a> {
    /// Conformance of the octet string: it stands before the structure.
    pub max_count: Spanned<u64>,
    /// `tower_length`: the same number.
    pub tower_length: Spanned<u32>,
    /// The tower. See [`TowerOctets::tower`].
    pub tower_octet_string: Spanned<&'a [u8]>,
}

impl<'a> TowerOctets<'a> {
    pub(crate) fn read(&mut self, ndr: &mut Ndr<'a>) -> Result<(), WireError> {
        self.max_count = ndr.uint3264("max_count")?;
        self.tower_length = ndr.u32("tower_length")?;
        if *self.max_count != u64::from(*self.tower_length) {
            let kind = ErrorKind::Malformed("not the size of the array");
            return Err(WireError::new(kind, self.tower_length.span.start, "tower_length"));
        }
        let len = usize::try_from(*self.tower_length).unwrap_or(usize::MAX);
        let mut octets = ndr.cursor().sub(len, "tower_octet_string")?;
        // A tower that the capture cuts is given as far as it goes.
        self.tower_octet_string = octets.take_rest();
        octets.finish("tower_octet_string")
    }

    /// The tower, with spans relative to the stub.
    #[must_use]
    pub fn tower(&self) -> Partial<Tower<'a>> {
        match self.tower_octet_string.reached() {
            Some(octets) => Tower::parse_partial_at(octets, self.tower_octet_string.span.start),
            None => Partial::default(),
        }
    }
}

/// Arguments of `ept_map`, C706 appendix O and [MS-RPCE] 2.2.1.2.5.
///
/// ```text
/// void ept_map(
///     [in] handle_t hEpMapper, [in, ptr] UUID *obj, [in, ptr] twr_p_t map_tower,
///     [in, out] ept_lookup_handle_t *entry_handle, [in, range(0,500)] unsigned long max_towers,
///     [out] unsigned long *num_towers,
///     [out, ptr, size_is(max_towers), length_is(*num_towers)] twr_p_t *ITowers,
///     [out] error_status *status);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EptMapRequest<'a> {
    /// Referent of `obj`; 0 is NULL.
    pub obj_referent: Spanned<u64>,
    /// The object.
    pub obj: Option<Spanned<Guid>>,
    /// Referent of `map_tower`; 0 is NULL.
    pub map_tower_referent: Spanned<u64>,
    /// What is looked for.
    pub map_tower: Option<TowerOctets<'a>>,
    /// Null at the start of an enumeration.
    pub entry_handle: Spanned<ContextHandle>,
    /// How many towers the client takes.
    pub max_towers: Spanned<u32>,
}

impl<'a> EptMapRequest<'a> {
    /// Reads a whole request stub.
    ///
    /// # Errors
    /// The first thing that is wrong, `Trailing` included.
    pub fn parse(stub: &'a [u8], encoding: Encoding) -> Result<Self, WireError> {
        Self::parse_partial(stub, encoding).complete()
    }

    /// Reads as much as there is.
    #[must_use]
    pub fn parse_partial(stub: &'a [u8], encoding: Encoding) -> Partial<Self> {
        whole(stub, encoding, Self::read)
    }

    fn read(&mut self, ndr: &mut Ndr<'a>) -> Result<(), WireError> {
        self.obj_referent = ndr.pointer("obj")?;
        if *self.obj_referent != 0 {
            self.obj = Some(ndr.guid("obj")?);
        }
        self.map_tower_referent = ndr.pointer("map_tower")?;
        if *self.map_tower_referent != 0 {
            let mut octets = TowerOctets::default();
            let read = octets.read(ndr);
            self.map_tower = Some(octets);
            read?;
        }
        self.entry_handle = ndr.context_handle("entry_handle")?;
        self.max_towers = ndr.u32("max_towers")?;
        Ok(())
    }

    /// The tower that is looked for.
    #[must_use]
    pub fn tower(&self) -> Option<Tower<'a>> {
        self.map_tower.map(|t| t.tower().value)
    }
}

/// Results of `ept_map`, C706 appendix O and [MS-RPCE] 2.2.1.2.5.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EptMapResponse<'a> {
    /// Null when there is no more.
    pub entry_handle: Spanned<ContextHandle>,
    /// How many towers there are.
    pub num_towers: Spanned<u32>,
    /// The towers.
    pub towers: Towers<'a>,
    /// Whether anything was found.
    pub status: Spanned<EptStatus>,
}

impl<'a> EptMapResponse<'a> {
    /// Reads a whole response stub.
    ///
    /// # Errors
    /// The first thing that is wrong, `Trailing` included.
    pub fn parse(stub: &'a [u8], encoding: Encoding) -> Result<Self, WireError> {
        Self::parse_partial(stub, encoding).complete()
    }

    /// Reads as much as there is.
    #[must_use]
    pub fn parse_partial(stub: &'a [u8], encoding: Encoding) -> Partial<Self> {
        whole(stub, encoding, Self::read)
    }

    fn read(&mut self, ndr: &mut Ndr<'a>) -> Result<(), WireError> {
        self.entry_handle = ndr.context_handle("entry_handle")?;
        self.num_towers = ndr.u32("num_towers")?;
        self.towers.read(ndr)?;
        self.status = ndr.u32("status")?.map(EptStatus);
        if *self.towers.counts.actual_count != u64::from(*self.num_towers) {
            let kind = ErrorKind::Malformed("not the number of elements that were sent");
            return Err(WireError::new(kind, self.num_towers.span.start, "num_towers"));
        }
        Ok(())
    }
}

/// `ITowers`: a conformant-varying array of pointers, and the towers behind it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Towers<'a> {
    /// The numbers before the array.
    pub counts: ArrayCounts,
    referents: Ndr<'a>,
    deferred: Ndr<'a>,
}

impl<'a> Towers<'a> {
    fn read(&mut self, ndr: &mut Ndr<'a>) -> Result<(), WireError> {
        ndr.array_counts(&mut self.counts)?;
        self.referents = *ndr;
        // All pointers come first; a cut among them leaves nothing of the towers.
        for _ in 0..*self.counts.actual_count {
            ndr.pointer("ITowers")?;
        }
        self.deferred = *ndr;
        let mut iter = self.iter();
        for element in &mut iter {
            element?;
        }
        *ndr = iter.deferred;
        Ok(())
    }

    /// The elements in order; ends after the first error. A tower that is cut is given as far as
    /// it goes, and its error after it.
    #[must_use]
    pub fn iter(&self) -> TowerIter<'a> {
        let left = *self.counts.actual_count;
        TowerIter { referents: self.referents, deferred: self.deferred, left, failed: None }
    }

    /// The towers that can be read, NULL pointers left out.
    pub fn towers(&self) -> impl Iterator<Item = Tower<'a>> + use<'a> {
        self.iter().map_while(Result::ok).filter_map(|e| Some(e.octets?.tower().value))
    }
}

impl<'a> IntoIterator for &Towers<'a> {
    type Item = Result<TowerElement<'a>, WireError>;
    type IntoIter = TowerIter<'a>;

    fn into_iter(self) -> TowerIter<'a> {
        self.iter()
    }
}

/// An element of [`Towers`].
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TowerElement<'a> {
    /// Referent; 0 is NULL, which fills the array behind the last tower.
    pub referent: Spanned<u64>,
    /// The tower.
    pub octets: Option<TowerOctets<'a>>,
}

/// See [`Towers::iter`].
#[derive(Clone, Debug)]
pub struct TowerIter<'a> {
    referents: Ndr<'a>,
    deferred: Ndr<'a>,
    left: u64,
    failed: Option<WireError>,
}

impl<'a> Iterator for TowerIter<'a> {
    type Item = Result<TowerElement<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.failed.take() {
            self.left = 0;
            return Some(Err(error));
        }
        self.left = self.left.checked_sub(1)?;
        let referent = match self.referents.pointer("ITowers") {
            Ok(referent) => referent,
            Err(error) => {
                self.left = 0;
                return Some(Err(error));
            }
        };
        let mut element = TowerElement { referent, octets: None };
        if *referent != 0 {
            // A tower that breaks off is given first, then its error.
            let mut octets = TowerOctets::default();
            self.failed = octets.read(&mut self.deferred).err();
            element.octets = Some(octets);
        }
        Some(Ok(element))
    }
}

impl core::iter::FusedIterator for TowerIter<'_> {}
