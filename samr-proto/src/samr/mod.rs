//! The Security Account Manager, [MS-SAMR]: how a join finds, creates and changes the account.
//!
//! [`Request`] and [`Response`] pick the structure by operation number; operations that are not
//! read give their return value.

mod account;
mod connect;
mod flags;

use adjoin_wire::{Partial, Spanned, WireError};
use rpce_proto::{Encoding, Ndr};

pub use account::{
    CreateUser, CreateUserReply, HandleReply, LookupNames, LookupNamesReply, OpenUser, QueryInformationUser,
    QueryInformationUserReply, SetInformationUser, Ulongs, WithHandle,
};
pub use connect::{
    Connect, ConnectReply, LookupDomain, LookupDomainReply, OpenDomain, ValidateReuse, ValidateReuseReply,
};
pub use flags::{SupportedFeatures, UserAccount, UserInformationClass};

use adjoin_wire::open_enum;

open_enum! {
    /// Operation number of the interface, [MS-SAMR] 3.1.5. Constants only for those that a join
    /// uses.
    pub struct Opnum(u16);
    /// Open the server, the oldest form.
    SAMR_CONNECT = 0, "SamrConnect";
    /// Close a handle.
    SAMR_CLOSE_HANDLE = 1, "SamrCloseHandle";
    /// SID of a domain by its name.
    SAMR_LOOKUP_DOMAIN_IN_SAM_SERVER = 5, "SamrLookupDomainInSamServer";
    /// Open a domain.
    SAMR_OPEN_DOMAIN = 7, "SamrOpenDomain";
    /// Create a user.
    SAMR_CREATE_USER_IN_DOMAIN = 12, "SamrCreateUserInDomain";
    /// RIDs of accounts by their names.
    SAMR_LOOKUP_NAMES_IN_DOMAIN = 17, "SamrLookupNamesInDomain";
    /// Open an account.
    SAMR_OPEN_USER = 34, "SamrOpenUser";
    /// Delete an account.
    SAMR_DELETE_USER = 35, "SamrDeleteUser";
    /// Ask about an account.
    SAMR_QUERY_INFORMATION_USER = 36, "SamrQueryInformationUser";
    /// Change an account.
    SAMR_SET_INFORMATION_USER = 37, "SamrSetInformationUser";
    /// Ask about an account.
    SAMR_QUERY_INFORMATION_USER2 = 47, "SamrQueryInformationUser2";
    /// Create an account of any kind.
    SAMR_CREATE_USER2_IN_DOMAIN = 50, "SamrCreateUser2InDomain";
    /// Change a password, knowing the old one.
    SAMR_UNICODE_CHANGE_PASSWORD_USER2 = 55, "SamrUnicodeChangePasswordUser2";
    /// Open the server.
    SAMR_CONNECT2 = 57, "SamrConnect2";
    /// Change an account.
    SAMR_SET_INFORMATION_USER2 = 58, "SamrSetInformationUser2";
    /// Open the server.
    SAMR_CONNECT4 = 62, "SamrConnect4";
    /// Open the server and learn what it can do.
    SAMR_CONNECT5 = 64, "SamrConnect5";
    /// Change a password, knowing the old one, with AES.
    SAMR_UNICODE_CHANGE_PASSWORD_USER4 = 73, "SamrUnicodeChangePasswordUser4";
    /// May the account be reused?
    SAMR_VALIDATE_COMPUTER_ACCOUNT_REUSE_ATTEMPT = 74, "SamrValidateComputerAccountReuseAttempt";
}

/// The arguments of a call.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Request<'a> {
    /// 0, 57, 62 and 64.
    Connect(Connect<'a>),
    /// 5.
    LookupDomain(LookupDomain<'a>),
    /// 7.
    OpenDomain(OpenDomain<'a>),
    /// 12 and 50.
    CreateUser(CreateUser<'a>),
    /// 17.
    LookupNames(LookupNames<'a>),
    /// 34.
    OpenUser(OpenUser),
    /// 37 and 58.
    SetInformationUser(SetInformationUser),
    /// 36 and 47.
    QueryInformationUser(QueryInformationUser),
    /// 74.
    ValidateReuse(ValidateReuse<'a>),
    /// 35.
    DeleteUser(WithHandle),
    /// 1.
    CloseHandle(WithHandle),
    /// An operation whose arguments are not read here.
    Other(Opnum),
}

impl<'a> Request<'a> {
    /// Reads the whole stub of a request. A verification trailer may follow the arguments.
    ///
    /// # Errors
    /// When the arguments are cut, or contradict NDR.
    pub fn parse(opnum: Opnum, stub: &'a [u8], encoding: Encoding) -> Result<Self, WireError> {
        Self::parse_partial(opnum, stub, encoding).complete()
    }

    /// As much as can be read of the stub of a request.
    #[must_use]
    pub fn parse_partial(opnum: Opnum, stub: &'a [u8], encoding: Encoding) -> Partial<Self> {
        let mut ndr = Ndr::new(stub, encoding);
        let r = &mut ndr;
        let mut partial = match opnum {
            Opnum::SAMR_CONNECT | Opnum::SAMR_CONNECT2 | Opnum::SAMR_CONNECT4 | Opnum::SAMR_CONNECT5 => {
                Partial::fill(|m: &mut Connect<'a>| m.read(r, opnum)).map(Self::Connect)
            }
            Opnum::SAMR_LOOKUP_DOMAIN_IN_SAM_SERVER => {
                Partial::fill(|m: &mut LookupDomain<'a>| m.read(r)).map(Self::LookupDomain)
            }
            Opnum::SAMR_OPEN_DOMAIN => {
                Partial::fill(|m: &mut OpenDomain<'a>| m.read(r)).map(Self::OpenDomain)
            }
            Opnum::SAMR_CREATE_USER_IN_DOMAIN | Opnum::SAMR_CREATE_USER2_IN_DOMAIN => {
                Partial::fill(|m: &mut CreateUser<'a>| m.read(r, opnum)).map(Self::CreateUser)
            }
            Opnum::SAMR_LOOKUP_NAMES_IN_DOMAIN => {
                Partial::fill(|m: &mut LookupNames<'a>| m.read(r)).map(Self::LookupNames)
            }
            Opnum::SAMR_OPEN_USER => Partial::fill(|m: &mut OpenUser| m.read(r)).map(Self::OpenUser),
            Opnum::SAMR_SET_INFORMATION_USER | Opnum::SAMR_SET_INFORMATION_USER2 => {
                Partial::fill(|m: &mut SetInformationUser| m.read(r)).map(Self::SetInformationUser)
            }
            Opnum::SAMR_QUERY_INFORMATION_USER | Opnum::SAMR_QUERY_INFORMATION_USER2 => {
                Partial::fill(|m: &mut QueryInformationUser| m.read(r)).map(Self::QueryInformationUser)
            }
            Opnum::SAMR_VALIDATE_COMPUTER_ACCOUNT_REUSE_ATTEMPT => {
                Partial::fill(|m: &mut ValidateReuse<'a>| m.read(r)).map(Self::ValidateReuse)
            }
            Opnum::SAMR_DELETE_USER => Partial::fill(|m: &mut WithHandle| m.read(r)).map(Self::DeleteUser),
            Opnum::SAMR_CLOSE_HANDLE => {
                let partial = Partial::fill(|m: &mut WithHandle| m.read(r)).map(Self::CloseHandle);
                // Impacket sends an access mask behind the handle, and servers don't mind.
                if r.remaining() == 4 {
                    r.cursor().take_rest();
                }
                partial
            }
            _ => return Partial { value: Self::Other(opnum), error: None },
        };
        partial.error = partial.error.or_else(|| ndr.finish_request("stub").err());
        partial
    }
}

/// The results of a call.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Response<'a> {
    /// 0, 57, 62 and 64.
    Connect(ConnectReply),
    /// 5.
    LookupDomain(LookupDomainReply<'a>),
    /// 12 and 50.
    CreateUser(CreateUserReply),
    /// 17.
    LookupNames(LookupNamesReply<'a>),
    /// 36 and 47.
    QueryInformationUser(QueryInformationUserReply),
    /// 74.
    ValidateReuse(ValidateReuseReply),
    /// 1, 7, 34 and 35: closed, opened or deleted.
    Handle(HandleReply),
    /// An operation of which only the return value is read.
    Other {
        /// NTSTATUS.
        status: Spanned<u32>,
    },
}

impl<'a> Response<'a> {
    /// Reads the whole stub of a response.
    ///
    /// # Errors
    /// When the results are cut, contradict NDR, or are followed by other octets.
    pub fn parse(opnum: Opnum, stub: &'a [u8], encoding: Encoding) -> Result<Self, WireError> {
        Self::parse_partial(opnum, stub, encoding).complete()
    }

    /// As much as can be read of the stub of a response. Of [`Response::Other`] give a whole
    /// stub: see [`return_status`](rpce_proto::return_status).
    #[must_use]
    pub fn parse_partial(opnum: Opnum, stub: &'a [u8], encoding: Encoding) -> Partial<Self> {
        let mut ndr = Ndr::new(stub, encoding);
        let r = &mut ndr;
        let mut partial = match opnum {
            Opnum::SAMR_CONNECT | Opnum::SAMR_CONNECT2 | Opnum::SAMR_CONNECT4 | Opnum::SAMR_CONNECT5 => {
                Partial::fill(|m: &mut ConnectReply| m.read(r, opnum)).map(Self::Connect)
            }
            Opnum::SAMR_LOOKUP_DOMAIN_IN_SAM_SERVER => {
                Partial::fill(|m: &mut LookupDomainReply<'a>| m.read(r)).map(Self::LookupDomain)
            }
            Opnum::SAMR_CREATE_USER_IN_DOMAIN | Opnum::SAMR_CREATE_USER2_IN_DOMAIN => {
                Partial::fill(|m: &mut CreateUserReply| m.read(r, opnum)).map(Self::CreateUser)
            }
            Opnum::SAMR_LOOKUP_NAMES_IN_DOMAIN => {
                Partial::fill(|m: &mut LookupNamesReply<'a>| m.read(r)).map(Self::LookupNames)
            }
            Opnum::SAMR_QUERY_INFORMATION_USER | Opnum::SAMR_QUERY_INFORMATION_USER2 => {
                Partial::fill(|m: &mut QueryInformationUserReply| m.read(r)).map(Self::QueryInformationUser)
            }
            Opnum::SAMR_VALIDATE_COMPUTER_ACCOUNT_REUSE_ATTEMPT => {
                Partial::fill(|m: &mut ValidateReuseReply| m.read(r)).map(Self::ValidateReuse)
            }
            Opnum::SAMR_CLOSE_HANDLE
            | Opnum::SAMR_OPEN_DOMAIN
            | Opnum::SAMR_OPEN_USER
            | Opnum::SAMR_DELETE_USER => Partial::fill(|m: &mut HandleReply| m.read(r)).map(Self::Handle),
            _ => Partial::fill(|last| r.last_status().map(|status| *last = status))
                .map(|status| Self::Other { status }),
        };
        partial.error = partial.error.or_else(|| ndr.finish("stub").err());
        partial
    }

    /// What the call returned, an NTSTATUS; `None` when the stub ends before it.
    #[must_use]
    pub fn status(&self) -> Option<Spanned<u32>> {
        let status = match self {
            Self::Connect(m) => m.status,
            Self::LookupDomain(m) => m.status,
            Self::CreateUser(m) => m.status,
            Self::LookupNames(m) => m.status,
            Self::QueryInformationUser(m) => m.status,
            Self::ValidateReuse(m) => m.status,
            Self::Handle(m) => m.status,
            Self::Other { status } => *status,
        };
        status.reached().map(|_| status)
    }
}
