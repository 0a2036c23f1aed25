//! The shapes of leaf values in serialised messages: see `adjoin_wire::serialize`.

use crate::nbdgm::DatagramType;
use crate::nbss::{PacketType, SessionError};
use crate::netbios::{NetBiosName, Suffix};
use crate::smb1::{self, DialectStrings, Flags, Flags2, PipeFunction};
use crate::smb2::{
    self, Algorithms, Cipher, CompressionAlgorithm, ContextType, CreateAction, CreateDisposition, CtlCode,
    Dialect, Dialects, FileId, HashAlgorithm, HeaderFlags, Messages, NegotiateContexts, RdmaTransform,
    SessionFlags, ShareFlags, ShareType, SigningAlgorithm,
};
use crate::{FileTime, NtStatus, SmbText, Status};
use adjoin_wire::Spanned;
use adjoin_wire::serialize::Walk;
use serde::ser::{Serialize, SerializeStruct, Serializer};

adjoin_wire::serialize! {
    text: FileId, NetBiosName, SmbText<'_>;
    named: Cipher, CompressionAlgorithm, ContextType, CreateAction, CreateDisposition, CtlCode, DatagramType, Dialect,
        HashAlgorithm, NtStatus, PacketType, PipeFunction, RdmaTransform, SessionError, ShareType, SigningAlgorithm, smb1::Command, smb2::Command, Suffix;
    flags: Flags, Flags2, HeaderFlags, SessionFlags, ShareFlags, smb1::Capabilities, smb1::SecurityMode,
        smb2::Capabilities, smb2::SecurityMode;
    list: DialectStrings<'_>, Dialects<'_>, Messages<'_>, NegotiateContexts<'_>;
    value: FileTime, Status;
}

/// The header, and each command of the chain as far as it can be read.
impl Serialize for smb1::Message<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Message", 2)?;
        map.serialize_field("header", &self.header)?;
        map.serialize_field("blocks", &Walk(|| self.blocks()))?;
        map.end()
    }
}

/// A list: the iterator itself is what a context holds.
impl<T: Clone> Serialize for Algorithms<'_, T>
where
    Spanned<T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.clone())
    }
}
