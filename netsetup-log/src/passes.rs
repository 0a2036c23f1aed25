//! Operations of the log, and joins with their passes.
//!
//! Windows writes a ruler before an operation. A join from the settings runs twice: a first pass that
//! may not create the account (options 0x25), and when it ends with 0x534 a second that may (0x27).

use crate::lines::{Line, LineKind, Log};
use crate::normal;
use crate::options::{OptionKind, Options};
use crate::section::Section;
use crate::status::Status;
use crate::time::Stamp;

/// More operations than this aren't told apart.
pub const MAX_OPERATIONS: usize = 10_000;
/// A second pass starts within this time after the first.
const NEXT_PASS_MS: i64 = 60_000;
/// What finishes a join starts within this time after its last pass.
const FINISH_MS: i64 = 120_000;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationKind {
    /// Nothing that is known here.
    Other,
    /// A name was checked, as the settings do while one types.
    NameCheck,
    /// Provisioning data are put into this machine: the last part of a join, or an offline join.
    Install,
    /// A computer account is provisioned for another machine (`djoin /provision`).
    Provision,
    /// The machine gets another name, or only its DNS name is written.
    Rename,
    /// The machine leaves its domain.
    Unjoin,
    /// The machine becomes member of a workgroup.
    Workgroup,
    /// One pass of a domain join.
    Join,
}

/// How a [`SectionSpan`] ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its lines tell of no error.
    Ok,
    /// A line tells an error that isn't normal there.
    Failed(Status),
}

/// Lines that follow each other and tell of one phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionSpan {
    /// The phase.
    pub section: Section,
    /// Number of its first line.
    pub first: u32,
    /// Number of its last line.
    pub last: u32,
    /// Time of its first line.
    pub started: Option<Stamp>,
    /// Time of its last line.
    pub ended: Option<Stamp>,
    /// How it ended.
    pub outcome: Outcome,
}

/// A line that looks like an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The line's number.
    pub line: u32,
    /// The status, when the line has a number; `Account does not exist` has none.
    pub status: Option<Status>,
    /// Why it is no error here. `None`: it is one, or what follows from one.
    pub normal: Option<&'static str>,
}

/// An operation: the lines from one ruler, or one start of a function, to the next.
#[derive(Clone, Debug)]
pub struct Operation<'a> {
    /// What it does.
    pub kind: OperationKind,
    /// Number of its first line.
    pub first: u32,
    /// Number of its last line.
    pub last: u32,
    /// Time of its first line that has one.
    pub started: Option<Stamp>,
    /// Time of its last line that has one.
    pub ended: Option<Stamp>,
    /// Name of the machine; for a rename, its old name.
    pub machine: Option<&'a str>,
    /// The new name of a rename.
    pub new_name: Option<&'a str>,
    /// The domain, as typed; the one that is left, for an unjoin.
    pub domain: Option<&'a str>,
    /// The workgroup.
    pub workgroup: Option<&'a str>,
    /// Whose credentials were used.
    pub account: Option<&'a str>,
    /// The domain controller, without the slashes.
    pub dc: Option<&'a str>,
    /// The OU for the account, when one was given.
    pub ou: Option<&'a str>,
    /// The build of Windows: 26100.
    pub build: Option<u32>,
    /// The edition of Windows.
    pub sku: Option<&'a str>,
    /// The options of the join.
    pub options: Option<Options>,
    /// Every option word, with its line.
    pub option_words: Vec<(u32, Options)>,
    /// The RID of the account.
    pub rid: Option<u32>,
    /// The final status, when the log has it.
    pub status: Option<Status>,
    /// The line of the final status.
    pub status_line: Option<u32>,
    /// The phases, in the order of the lines.
    pub sections: Vec<SectionSpan>,
    /// Lines that look like errors.
    pub notices: Vec<Notice>,
}

/// A join: its passes, and what Windows did to finish it.
#[derive(Clone, Debug)]
pub struct Join<'a> {
    /// The passes, at least one.
    pub passes: Vec<Operation<'a>>,
    /// What came after them: installing the provisioning data, writing the DNS name.
    pub after: Vec<Operation<'a>>,
}

/// How a join ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinOutcome {
    /// The machine is a member.
    Joined,
    /// The last pass ended with this status.
    Failed(Status),
    /// The log ends before the last pass does, or does not tell.
    Unfinished,
}

impl<'a> Join<'a> {
    /// The pass that decides: the last.
    #[must_use]
    pub fn decisive(&self) -> Option<&Operation<'a>> {
        self.passes.last()
    }

    /// How the join ended.
    #[must_use]
    pub fn outcome(&self) -> JoinOutcome {
        match self.decisive().and_then(|pass| pass.status.clone()) {
            // The restart that is left does not make it fail.
            Some(status) if status.is_success() || status.code == 0xa99 => JoinOutcome::Joined,
            Some(status) => JoinOutcome::Failed(status),
            None => JoinOutcome::Unfinished,
        }
    }
}

impl Log {
    /// Every operation of the log, in the order of its lines.
    #[must_use]
    pub fn operations(&self) -> Vec<Operation<'_>> {
        let mut builder = Builder::default();
        for line in self.lines() {
            builder.line(line);
        }
        builder.close();
        let mut operations = builder.done;
        // A 0x534 is only normal when another pass follows: from the last to the first.
        let mut next: Option<usize> = None;
        for at in (0..operations.len()).rev() {
            let is_join = operations.get(at).is_some_and(|operation| operation.kind == OperationKind::Join);
            let later = next.and_then(|next| operations.get(next));
            let followed = operations.get(at).zip(later).is_some_and(|(first, next)| is_second(first, next));
            if let Some(operation) = operations.get_mut(at) {
                normal::explain(self, operation, followed);
                sections(self, operation);
            }
            if is_join {
                next = Some(at);
            }
        }
        operations
    }

    /// The passes of all joins, in the order of the log.
    #[must_use]
    pub fn passes(&self) -> Vec<Operation<'_>> {
        let mut operations = self.operations();
        operations.retain(|operation| operation.kind == OperationKind::Join);
        operations
    }

    /// The joins, each with its passes and what followed them.
    #[must_use]
    pub fn joins(&self) -> Vec<Join<'_>> {
        joins_of(self.operations())
    }
}

/// Puts operations together to joins.
pub(crate) fn joins_of(operations: Vec<Operation<'_>>) -> Vec<Join<'_>> {
    let mut joins: Vec<Join<'_>> = Vec::new();
    for operation in operations {
        let last = joins.last_mut();
        match (operation.kind, last) {
            (OperationKind::Join, Some(join))
                if join.decisive().is_some_and(|pass| is_second(pass, &operation)) =>
            {
                join.passes.push(operation);
            }
            (OperationKind::Join, _) => {
                joins.push(Join { passes: vec![operation], after: Vec::new() });
            }
            (OperationKind::Install | OperationKind::Rename, Some(join))
                if join.decisive().is_some_and(|pass| within(pass, &operation, FINISH_MS)) =>
            {
                join.after.push(operation);
            }
            _ => {}
        }
    }
    joins
}

/// Is `next` the pass that may create what `first` might not?
fn is_second(first: &Operation<'_>, next: &Operation<'_>) -> bool {
    let same = |a: Option<&str>, b: Option<&str>| match (a, b) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => true,
    };
    first.kind == OperationKind::Join
        && next.kind == OperationKind::Join
        && first.status.as_ref().is_some_and(|status| status.code == 0x534)
        && first.options.is_some_and(|options| !options.creates_account())
        && next.options.is_some_and(Options::creates_account)
        && same(first.domain, next.domain)
        && same(first.machine, next.machine)
        && within(first, next, NEXT_PASS_MS)
}

/// Does `next` start within that time after `first`? Without times the order of the lines has to do.
fn within(first: &Operation<'_>, next: &Operation<'_>, limit_ms: i64) -> bool {
    match (first.started, first.ended, next.started) {
        (Some(started), Some(ended), Some(next)) => {
            // The provisioning service writes with times before the end of the pass.
            next.ms_since(started) >= 0 && next.ms_since(ended) <= limit_ms
        }
        _ => true,
    }
}

#[derive(Default)]
struct Builder<'a> {
    done: Vec<Operation<'a>>,
    open: Option<Operation<'a>>,
}

impl<'a> Builder<'a> {
    fn line(&mut self, line: Line<'a>) {
        match line.kind {
            LineKind::Ruler => {
                self.close();
                return;
            }
            LineKind::Blank | LineKind::Comment | LineKind::Unknown => return,
            LineKind::Entry | LineKind::Value | LineKind::Continuation => {}
        }
        let starts = line.function() == Some("NetpDoDomainJoin") && line.message().is_empty();
        if starts {
            self.close();
        }
        if self.open.is_none() && self.done.len() >= MAX_OPERATIONS {
            return;
        }
        let operation = self.open.get_or_insert_with(|| Operation::new(line.number));
        operation.last = line.number;
        operation.started = operation.started.or(line.time);
        operation.ended = line.time.or(operation.ended);
        operation.learn(line);
        if operation.kind == OperationKind::Join && operation.status_line == Some(line.number)
            || operation.kind == OperationKind::Workgroup && is_final(line, "NetpDoDomainJoin")
        {
            self.close();
        }
    }

    fn close(&mut self) {
        self.done.extend(self.open.take());
    }
}

/// `FUNCTION: status: 0x..`, and nothing else.
fn is_final(line: Line<'_>, function: &str) -> bool {
    line.function() == Some(function) && line.message().starts_with("status:")
}

impl<'a> Operation<'a> {
    const fn new(first: u32) -> Self {
        Self {
            kind: OperationKind::Other,
            first,
            last: first,
            started: None,
            ended: None,
            machine: None,
            new_name: None,
            domain: None,
            workgroup: None,
            account: None,
            dc: None,
            ou: None,
            build: None,
            sku: None,
            options: None,
            option_words: Vec::new(),
            rid: None,
            status: None,
            status_line: None,
            sections: Vec::new(),
            notices: Vec::new(),
        }
    }

    fn learn(&mut self, line: Line<'a>) {
        if let Some(options) = line.options() {
            self.option_words.push((line.number, options));
            let own = matches!(options.kind, OptionKind::Join | OptionKind::Rename);
            if own && self.options.is_none() {
                self.options = Some(options);
            }
        }
        match line.value() {
            Some((name, value)) => self.learn_value(name, value),
            None => self.learn_entry(line),
        }
    }

    fn learn_value(&mut self, name: &str, value: &'a str) {
        let given = (!value.is_empty() && !value.eq_ignore_ascii_case("(null)")).then_some(value);
        let is = |names: &[&str]| names.iter().any(|n| name.eq_ignore_ascii_case(n));
        if is(&["HostName", "Machine", "lpHostName", "lpMachineName"]) {
            self.machine = self.machine.or(given);
        } else if is(&["Domain", "lpDomain"]) {
            self.domain = self.domain.or(given);
        } else if is(&["MachineAccountOU", "lpMachineAccountOU"]) {
            self.ou = self.ou.or(given);
        } else if is(&["Account", "lpAccount"]) {
            self.account = self.account.or(given);
        } else if is(&["lpDcName"]) {
            self.dc = given.or(self.dc);
        } else if is(&["SKU"]) {
            self.sku = self.sku.or(given);
        } else if is(&["Build number"]) {
            self.build = self.build.or_else(|| value.split(' ').next()?.parse().ok());
        }
    }

    fn learn_entry(&mut self, line: Line<'a>) {
        let Some(function) = line.function() else { return };
        let kind = match function {
            "NetpValidateName" | "NetpCheckDomainNameIsValid" | "NetpCheckNetBiosNameNotInUse" => {
                OperationKind::NameCheck
            }
            "NetpJoinWorkgroup" => OperationKind::Workgroup,
            "NetpUnJoinDomain" | "NetpUnjoinDomain" => OperationKind::Unjoin,
            "NetpChangeMachineName" => OperationKind::Rename,
            "NetpDoDomainJoin" | "NetpJoinDomain" | "NetpMachineValidToJoin"
                if self.kind != OperationKind::Workgroup =>
            {
                OperationKind::Join
            }
            // Shared with provisioning, which starts with its own name.
            "NetpJoinDomainOnDs" if self.kind != OperationKind::Provision => OperationKind::Join,
            "NetpProvisionComputerAccount"
            | "NetProvisionComputerAccount"
            | "NetCreateProvisioningPackage" => OperationKind::Provision,
            "NetpAddPartCollectionToRegistry"
            | "NetpProvGetWindowsImageState"
            | "NetpCompleteOfflineDomainJoin"
            | "NetpRequestOfflineDomainJoin"
            | "NetRequestOfflineDomainJoin"
            | "NetpRequestProvisioningPackageInstall"
            | "NetpProvContinueProvisioningPackageInstall" => OperationKind::Install,
            _ => OperationKind::Other,
        };
        // A workgroup join starts like a domain join and says later what it is.
        let is_workgroup = kind == OperationKind::Workgroup && self.kind == OperationKind::Join;
        if kind > self.kind || is_workgroup {
            self.kind = kind;
            // What closed a smaller operation does not close this one.
            (self.status, self.status_line) = (None, None);
        }
        self.learn_names(function, line.text);
        self.learn_status(function, line);
    }

    fn learn_names(&mut self, function: &str, text: &'a str) {
        let quoted = |mark: &str| {
            let (_, after) = text.split_once(mark)?;
            after.split_once('\'').map(|(name, _)| name.trim_start_matches('\\'))
        };
        match function {
            "NetpMachineValidToJoin" => {
                self.machine = self.machine.or_else(|| quoted("NetpMachineValidToJoin: '"))
            }
            "NetpDsGetDcName" => {
                self.dc = quoted("found DC '").or(self.dc);
                self.domain = self.domain.or_else(|| quoted("in domain '"));
            }
            "NetpJoinDomainOnDs" | "NetpJoinDomain" => {
                self.dc = quoted("status of connecting to dc '").or(self.dc);
            }
            "NetUseAdd" if self.dc.is_none() => {
                let server = text.split_once("to \\\\").and_then(|(_, after)| after.split_once('\\'));
                self.dc = server.map(|(server, _)| server);
            }
            "NetpCheckDomainNameIsValid" => self.domain = self.domain.or_else(|| quoted("for '")),
            "NetpJoinWorkgroup" => {
                self.machine = self.machine.or_else(|| quoted("computer '"));
                self.workgroup = self.workgroup.or_else(|| quoted("workgroup '"));
                self.domain = None;
            }
            "NetpUnJoinDomain" | "NetpUnjoinDomain" => {
                self.domain = self.domain.or_else(|| quoted("from '"));
                self.account = self.account.or_else(|| quoted("using '"));
            }
            "NetpChangeMachineName" => {
                self.machine = self.machine.or_else(|| quoted("from '"));
                self.new_name = self.new_name.or_else(|| quoted(" to '"));
                self.account = self.account.or_else(|| quoted("using '"));
            }
            "NetpQueryAccountAttributes" => {
                let digits = text.split_once("RID=0x").map(|(_, after)| after);
                let digits = digits.and_then(|after| after.split(' ').next());
                self.rid = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
            }
            _ => {}
        }
    }

    fn learn_status(&mut self, function: &str, line: Line<'a>) {
        let Some(status) = line.status() else { return };
        let finals: &[&str] = match self.kind {
            OperationKind::Join | OperationKind::Workgroup => &["NetpDoDomainJoin"],
            OperationKind::Unjoin => &["NetpUnJoinDomain", "NetpUnjoinDomain"],
            OperationKind::Provision => &["NetpProvisionComputerAccount", "NetProvisionComputerAccount"],
            OperationKind::Install => &[
                "NetpProvContinueProvisioningPackageInstall",
                "NetpCompleteOfflineDomainJoin",
                "NetpRequestOfflineDomainJoin",
                "NetRequestOfflineDomainJoin",
                "NetpRequestProvisioningPackageInstall",
            ],
            OperationKind::NameCheck => &["NetpCheckDomainNameIsValid", "NetpCheckNetBiosNameNotInUse"],
            OperationKind::Rename | OperationKind::Other => &[],
        };
        let closes = line.message().starts_with("status:") || self.kind == OperationKind::NameCheck;
        // A rename has no last word: its first error, or the truth value at its end.
        let rename = self.kind == OperationKind::Rename
            && function == "NetpChangeMachineName"
            && self.status_is_good();
        if finals.contains(&function)
            && closes
            && (self.kind != OperationKind::NameCheck || self.status_is_good())
            || rename
        {
            self.status = Some(status);
            self.status_line = Some(line.number);
        }
    }

    fn status_is_good(&self) -> bool {
        self.status.as_ref().is_none_or(Status::is_success)
    }
}

/// Cuts an operation into its phases; needs the notices.
fn sections(log: &Log, operation: &mut Operation<'_>) {
    let mut spans: Vec<SectionSpan> = Vec::new();
    // They are in the order of the lines, so one walk is enough.
    let mut notices = operation.notices.iter().peekable();
    for number in operation.first..=operation.last {
        let Some(line) = log.line(number) else { continue };
        if !matches!(line.kind, LineKind::Entry | LineKind::Value | LineKind::Continuation) {
            continue;
        }
        let section = Section::of(line);
        let same = section.is_none() && line.kind != LineKind::Entry;
        match spans.last_mut() {
            Some(span) if section == Some(span.section) || same => {
                span.last = number;
                span.ended = line.time.or(span.ended);
            }
            _ => {
                let Some(section) = section else { continue };
                let (started, ended) = (line.time, line.time);
                spans.push(SectionSpan {
                    section,
                    first: number,
                    last: number,
                    started,
                    ended,
                    outcome: Outcome::Ok,
                });
            }
        }
        while notices.next_if(|notice| notice.line < number).is_some() {}
        let failed = notices
            .peek()
            .filter(|notice| notice.line == number && notice.normal.is_none() && section.is_some())
            .and_then(|notice| notice.status.clone());
        let span = spans.last_mut().filter(|span| span.outcome == Outcome::Ok);
        if let (Some(span), Some(status)) = (span, failed) {
            span.outcome = Outcome::Failed(status);
        }
    }
    operation.sections = spans;
}
