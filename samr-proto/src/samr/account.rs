//! Accounts: [MS-SAMR] 3.1.5.4 to 3.1.5.7, and 3.1.5.11.

use adjoin_wire::{ErrorKind, Spanned, WireError};
use rpce_proto::{ContextHandle, Ndr, WideText};

use super::{Opnum, UserAccount, UserInformationClass};
use crate::unicode_string::{Names, unicode_string};

/// Arguments of `SamrCreateUserInDomain` and `SamrCreateUser2InDomain`, [MS-SAMR] 3.1.5.4.4 and 5.
///
/// ```text
/// [in] SAMPR_HANDLE DomainHandle; [in] PRPC_UNICODE_STRING Name;
/// [in] unsigned long AccountType;    /* ..User2.. */
/// [in] unsigned long DesiredAccess;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CreateUser<'a> {
    /// The opened domain.
    pub domain_handle: Spanned<ContextHandle>,
    /// The account's name: a computer's with its `$`. `None` when NULL.
    pub name: Option<Spanned<WideText<'a>>>,
    /// The account's kind, one bit; `None` in `SamrCreateUserInDomain`, which makes a user.
    pub account_type: Option<Spanned<UserAccount>>,
    /// What the client wants to do with the account.
    pub desired_access: Spanned<u32>,
}

impl<'a> CreateUser<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>, opnum: Opnum) -> Result<(), WireError> {
        self.domain_handle = r.context_handle("DomainHandle")?;
        self.name = unicode_string(r, "Name")?;
        if opnum == Opnum::SAMR_CREATE_USER2_IN_DOMAIN {
            self.account_type = Some(r.u32("AccountType")?.map(UserAccount::from_bits_retain));
        }
        self.desired_access = r.u32("DesiredAccess")?;
        Ok(())
    }
}

/// Results of the same operations.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CreateUserReply {
    /// The new account; null when the call failed.
    pub user_handle: Spanned<ContextHandle>,
    /// What the client may do with it; only in `SamrCreateUser2InDomain`.
    pub granted_access: Option<Spanned<u32>>,
    /// RID of the account; 0 when the call failed.
    pub relative_id: Spanned<u32>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl CreateUserReply {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>, opnum: Opnum) -> Result<(), WireError> {
        self.user_handle = r.context_handle("UserHandle")?;
        if opnum == Opnum::SAMR_CREATE_USER2_IN_DOMAIN {
            self.granted_access = Some(r.u32("GrantedAccess")?);
        }
        self.relative_id = r.u32("RelativeId")?;
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}

/// Arguments of `SamrLookupNamesInDomain`, [MS-SAMR] 3.1.5.11.2.
///
/// ```text
/// [in] SAMPR_HANDLE DomainHandle; [in,range(0,1000)] unsigned long Count;
/// [in,size_is(1000),length_is(Count)] RPC_UNICODE_STRING Names[*];
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LookupNames<'a> {
    /// The opened domain.
    pub domain_handle: Spanned<ContextHandle>,
    /// How many names.
    pub count: Spanned<u32>,
    /// The names.
    pub names: Names<'a>,
}

impl<'a> LookupNames<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.domain_handle = r.context_handle("DomainHandle")?;
        self.count = r.u32("Count")?;
        self.names = Names::read(r, *self.count, "Names")?;
        Ok(())
    }
}

/// Results of `SamrLookupNamesInDomain`.
///
/// ```text
/// [out] PSAMPR_ULONG_ARRAY RelativeIds; [out] PSAMPR_ULONG_ARRAY Use;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LookupNamesReply<'a> {
    /// RIDs in the order of the names; 0 for a name that is unknown.
    pub relative_ids: Ulongs<'a>,
    /// Kinds in the order of the names: `SID_NAME_USE`, 1 for accounts, 8 for unknown ones.
    pub uses: Ulongs<'a>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl<'a> LookupNamesReply<'a> {
    pub(super) fn read(&mut self, r: &mut Ndr<'a>) -> Result<(), WireError> {
        self.relative_ids = Ulongs::read(r, "RelativeIds")?;
        self.uses = Ulongs::read(r, "Use")?;
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}

/// `SAMPR_ULONG_ARRAY`, [MS-SAMR] 2.2.7.4.
///
/// ```text
/// unsigned long Count; [size_is(Count)] unsigned long *Element;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Ulongs<'a> {
    elements: Ndr<'a>,
    count: usize,
}

impl<'a> Ulongs<'a> {
    fn read(r: &mut Ndr<'a>, field: &'static str) -> Result<Self, WireError> {
        r.align(r.encoding().word(), field)?;
        let declared = r.u32(field)?;
        if *r.pointer(field)? == 0 {
            return Ok(Self { elements: *r, count: 0 });
        }
        let count = r.conformance(4, field)?;
        if u32::try_from(*count) != Ok(*declared) {
            let kind = ErrorKind::Malformed("the array doesn't have Count elements");
            return Err(WireError::new(kind, count.span.start, field));
        }
        let elements = *r;
        r.bytes(count.saturating_mul(4), field)?;
        Ok(Self { elements, count: *count })
    }

    /// How many.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// True when there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = Spanned<u32>> + use<'a> {
        let mut elements = self.elements;
        (0..self.count).map_while(move |_| elements.u32("Element").ok())
    }
}

/// Arguments of `SamrOpenUser`, [MS-SAMR] 3.1.5.1.9.
///
/// ```text
/// [in] SAMPR_HANDLE DomainHandle; [in] unsigned long DesiredAccess; [in] unsigned long UserId;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OpenUser {
    /// The opened domain.
    pub domain_handle: Spanned<ContextHandle>,
    /// What the client wants to do.
    pub desired_access: Spanned<u32>,
    /// RID of the account.
    pub user_id: Spanned<u32>,
}

impl OpenUser {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>) -> Result<(), WireError> {
        self.domain_handle = r.context_handle("DomainHandle")?;
        self.desired_access = r.u32("DesiredAccess")?;
        self.user_id = r.u32("UserId")?;
        Ok(())
    }
}

/// Arguments of `SamrSetInformationUser` and `SamrSetInformationUser2`, [MS-SAMR] 3.1.5.6.4 and 5.
/// Of what is set only the account's kind and state are read, when they are set alone.
///
/// ```text
/// [in] SAMPR_HANDLE UserHandle; [in] USER_INFORMATION_CLASS UserInformationClass;
/// [in,switch_is(UserInformationClass)] PSAMPR_USER_INFO_BUFFER Buffer;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SetInformationUser {
    /// The opened account.
    pub user_handle: Spanned<ContextHandle>,
    /// What is set.
    pub information_class: Spanned<UserInformationClass>,
    /// The new kind and state, of class [`UserInformationClass::CONTROL`].
    pub user_account_control: Option<Spanned<UserAccount>>,
}

impl SetInformationUser {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>) -> Result<(), WireError> {
        self.user_handle = r.context_handle("UserHandle")?;
        self.information_class = r.enum16("UserInformationClass")?.map(UserInformationClass);
        if *self.information_class == UserInformationClass::CONTROL {
            let class = union_class(r)?;
            if *class == UserInformationClass::CONTROL {
                self.user_account_control = Some(control(r)?);
                return Ok(());
            }
        }
        r.cursor().take_rest();
        Ok(())
    }
}

/// The tag of a `SAMPR_USER_INFO_BUFFER`, [MS-SAMR] 2.2.6.29. In NDR64 a union is aligned as its
/// widest arm, in NDR each arm is aligned by itself; the widest one holds 64-bit times as pairs of
/// 32-bit numbers.
fn union_class(r: &mut Ndr<'_>) -> Result<Spanned<UserInformationClass>, WireError> {
    let word = r.encoding().word();
    if word == 8 {
        r.align(word, "Buffer")?;
    }
    let class = r.enum16("UserInformationClass")?.map(UserInformationClass);
    r.align(word, "Buffer")?;
    Ok(class)
}

fn control(r: &mut Ndr<'_>) -> Result<Spanned<UserAccount>, WireError> {
    Ok(r.u32("UserAccountControl")?.map(UserAccount::from_bits_retain))
}

/// Arguments of `SamrQueryInformationUser` and `SamrQueryInformationUser2`, [MS-SAMR] 3.1.5.5.5 and 6.
///
/// ```text
/// [in] SAMPR_HANDLE UserHandle; [in] USER_INFORMATION_CLASS UserInformationClass;
/// [out,switch_is(UserInformationClass)] PSAMPR_USER_INFO_BUFFER *Buffer;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct QueryInformationUser {
    /// The opened account.
    pub user_handle: Spanned<ContextHandle>,
    /// What is asked for.
    pub information_class: Spanned<UserInformationClass>,
}

impl QueryInformationUser {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>) -> Result<(), WireError> {
        self.user_handle = r.context_handle("UserHandle")?;
        self.information_class = r.enum16("UserInformationClass")?.map(UserInformationClass);
        Ok(())
    }
}

/// Results of the same operations; of the information only the account's kind and state are read,
/// when they were asked for alone.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct QueryInformationUserReply {
    /// What was asked for; `None` when there is nothing.
    pub information_class: Option<Spanned<UserInformationClass>>,
    /// Kind and state, of class [`UserInformationClass::CONTROL`].
    pub user_account_control: Option<Spanned<UserAccount>>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl QueryInformationUserReply {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>) -> Result<(), WireError> {
        if *r.pointer("Buffer")? != 0 {
            let class = union_class(r)?;
            self.information_class = Some(class);
            if *class != UserInformationClass::CONTROL {
                self.status = r.last_status()?;
                return Ok(());
            }
            self.user_account_control = Some(control(r)?);
        }
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}

/// A call that takes a handle, and perhaps more that is not read.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WithHandle {
    /// The handle.
    pub handle: Spanned<ContextHandle>,
}

impl WithHandle {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>) -> Result<(), WireError> {
        self.handle = r.context_handle("Handle")?;
        Ok(())
    }
}

/// A handle and a return value: what opening, closing and deleting give.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HandleReply {
    /// The handle; null when it was closed or deleted, or when the call failed.
    pub handle: Spanned<ContextHandle>,
    /// NTSTATUS.
    pub status: Spanned<u32>,
}

impl HandleReply {
    pub(super) fn read(&mut self, r: &mut Ndr<'_>) -> Result<(), WireError> {
        self.handle = r.context_handle("Handle")?;
        self.status = r.u32("ReturnValue")?;
        Ok(())
    }
}
