//! The domain controller: its root folder, its provisioned state, and its settings.
//!
//! Samba provisions a domain once for each site. What that wrote is a layer above the folder root, and no
//! host changes it: each scenario starts from the same domain. A setting changes the host's own copy while the
//! controller doesn't run yet, so it leaves no packets.

mod listening;
pub(crate) mod root;
mod setting;

pub use setting::{OTHER_DC, Setting};

use crate::host::{Host, Process, Program, Root};
use crate::site::{PASSWORD, Site};
use std::fs;
use std::io::{Error, Result};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A provisioned domain, in a folder.
#[derive(Clone, Debug)]
pub struct Domain {
    site: Site,
    root: Root,
    layer: PathBuf,
}

/// A controller that answers.
#[derive(Debug)]
pub struct Controller {
    /// The server.
    pub process: Process,
}

/// Changes the database; see there.
const STATE: &str = include_str!("state.py");
/// Runs the controller and its clients with another clock. The dynamic linker knows the machine's `$LIB`.
const FAKE_TIME: &str = "/usr/$LIB/faketime/libfaketimeMT.so.1";
/// What a site's layer has, so that a complete one is known.
const COMPLETE: &str = "var/lib/samba/private/tls/ca.pem";
/// All but what a controller alone in its domain, joined once, has no use for.
const SERVICES: [&str; 7] = ["s3fs", "rpc", "ldap", "cldap", "kdc", "dns", "winbindd"];

const PROVISIONING: Duration = Duration::from_secs(240);
const CHANGES: Duration = Duration::from_secs(60);
const START: Duration = Duration::from_secs(60);

impl Domain {
    /// The domain of `site`, provisioned when it isn't there yet below `cache`.
    ///
    /// # Errors
    /// When its root can't be made, or it can't be provisioned.
    pub fn of(site: &Site, cache: &Path) -> Result<Self> {
        let root = root::of(cache)?;
        let layer = cache.join("domains").join(format!("{}-{}", site.domain(), site.dc));
        let domain = Self { site: site.clone(), root, layer };
        if !domain.layer.join(COMPLETE).is_file() {
            domain.provision()?;
        }
        Ok(domain)
    }

    /// The files of its controller.
    #[must_use]
    pub fn root(&self) -> Root {
        let mut root = self.root.clone();
        root.layers.insert(0, self.layer.clone());
        root
    }

    /// Starts the controller with these settings on a host made of [`Domain::root`], and waits until it answers.
    ///
    /// # Errors
    /// When a setting isn't accepted, or the controller doesn't answer.
    pub fn start(&self, host: &Host, settings: &[Setting], log: &Path) -> Result<Controller> {
        self.write_files(host, settings)?;
        let mut changes = Vec::new();
        if self.addresses() != [IpAddr::from(self.site.dc_leg.host)] || !self.was_provisioned_here() {
            let addresses: Vec<String> = self.addresses().iter().map(ToString::to_string).collect();
            changes.push(format!("addresses:{}", addresses.join(",")));
        }
        changes.extend(settings.iter().filter_map(Setting::change));
        if !changes.is_empty() {
            change(host, changes)?;
        }
        let mut program = Program::new(["samba", "--foreground", "--no-process-group", "--debug-stdout"]);
        for setting in settings {
            if let Setting::Clock(seconds) = setting {
                program = with_clock(program, *seconds);
            }
        }
        let mut process = host.start(&program, log)?;
        let stopped = |service: &str| settings.iter().any(|setting| setting.stops().contains(&service));
        let mut ports = vec![53];
        for (service, port) in [("kdc", 88), ("ldap", 389), ("s3fs", 445)] {
            if !stopped(service) {
                ports.push(port);
            }
        }
        if !settings.contains(&Setting::NoEndpointMapper) {
            ports.push(135);
        }
        listening::wait(host, &mut process, &ports, START)
            .map_err(|error| Error::other(format!("samba: {error}; see {}", log.display())))?;
        Ok(Controller { process })
    }

    fn addresses(&self) -> Vec<IpAddr> {
        let leg = &self.site.dc_leg;
        let mut addresses: Vec<IpAddr> = Vec::new();
        if self.site.family.has_v4() {
            addresses.push(leg.host.into());
        }
        if self.site.family.has_v6() {
            addresses.push(leg.host6.into());
        }
        addresses
    }

    /// Whether the domain was provisioned with the address that the site has now.
    fn was_provisioned_here(&self) -> bool {
        fs::read_to_string(self.layer.join("etc/hosts")).is_ok_and(|hosts| hosts == self.hosts())
    }

    fn hosts(&self) -> String {
        let mut hosts = "127.0.0.1 localhost\n".to_owned();
        for address in self.addresses() {
            hosts.push_str(&format!("{address} {} {}\n", self.site.dc_name(), self.site.dc));
        }
        hosts
    }

    fn write_files(&self, host: &Host, settings: &[Setting]) -> Result<()> {
        host.write("/etc/hosts", self.hosts())?;
        host.write(
            "/etc/resolv.conf",
            format!("search {}\nnameserver {}\n", self.site.domain(), self.site.dc_address()),
        )?;
        host.write("/etc/samba/smb.conf", self.smb_conf(settings))
    }

    fn smb_conf(&self, settings: &[Setting]) -> String {
        let Site { realm, netbios, dc, .. } = &self.site;
        let services: Vec<&str> = SERVICES
            .into_iter()
            .filter(|service| !settings.iter().any(|setting| setting.stops().contains(service)))
            .collect();
        let mut lines = vec![
            format!("netbios name = {}", dc.to_uppercase()),
            format!("realm = {realm}"),
            format!("workgroup = {netbios}"),
            "server role = active directory domain controller".to_owned(),
            format!("server services = {}", services.join(", ")),
            "rpc server dynamic port range = 49152-65535".to_owned(),
            "prefork children = 1".to_owned(),
            "dns forwarder =".to_owned(),
            "dns update command = /usr/bin/true".to_owned(),
            "disable spoolss = yes".to_owned(),
            "log level = 1".to_owned(),
        ];
        let stopped: Vec<String> =
            settings.iter().filter_map(Setting::stops_rpc).map(|server| format!("-{server}")).collect();
        if !stopped.is_empty() {
            lines.push(format!("dcerpc endpoint servers = {}", stopped.join(" ")));
        }
        lines.extend(settings.iter().filter_map(Setting::line));
        let policies = format!("/var/lib/samba/sysvol/{}/scripts", self.site.domain());
        format!(
            "[global]\n  {}\n[sysvol]\n  path = /var/lib/samba/sysvol\n  read only = no\n\
             [netlogon]\n  path = {policies}\n  read only = no\n",
            lines.join("\n  ")
        )
    }

    /// Makes the layer. It gets its name last, so one that was cut short is never taken for a complete one.
    fn provision(&self) -> Result<()> {
        println!("provisioning {}, once; this takes half a minute", self.site.realm);
        let Site { realm, netbios, dc, dc_leg, .. } = &self.site;
        let host = Host::new(dc, &self.root)?;
        // An interface of its own, so that the controller finds its address.
        let address = dc_leg.host;
        let plug = format!(
            "ip link set lo up && ip link add eth0 type veth peer name eth1 && ip link set eth1 up && \
             ip link set eth0 up && ip address add {address}/24 dev eth0"
        );
        let run = |program: Program, limit| -> Result<String> {
            let what = program.argv.iter().take(3).cloned().collect::<Vec<_>>().join(" ");
            host.run(&program, limit)?.ok(&what)
        };
        run(Program::new(["sh", "-c", &plug]), CHANGES)?;
        host.write("/etc/hosts", self.hosts())?;
        let options = [
            format!("--realm={realm}"),
            format!("--domain={netbios}"),
            format!("--host-name={dc}"),
            format!("--host-ip={address}"),
            format!("--adminpass={PASSWORD}"),
            "--server-role=dc".to_owned(),
            "--dns-backend=SAMBA_INTERNAL".to_owned(),
        ];
        let argv = ["samba-tool", "domain", "provision"].map(str::to_owned).into_iter().chain(options);
        run(Program::new(argv), PROVISIONING)?;
        run(Program::new(["cp", "/var/lib/samba/private/krb5.conf", "/etc/krb5.conf"]), CHANGES)?;
        run(Program::new(["samba_spnupdate"]), CHANGES)?;
        self.write_files(&host, &[])?;
        let unfinished = root::unfinished(&self.layer)?;
        // The first start makes keys and certificates for TLS.
        let samba = Program::new(["samba", "--foreground", "--no-process-group", "--debug-stdout"]);
        let mut process = host.start(&samba, &unfinished.join("samba.log"))?;
        listening::wait(&host, &mut process, &[53, 88, 135, 389, 445, 636], START)?;
        process.stop(Duration::from_secs(10));
        for folder in ["etc/samba", "var/lib"] {
            fs::create_dir_all(unfinished.join(folder))?;
        }
        let parts = ["etc/hosts", "etc/krb5.conf", "etc/samba/smb.conf", "var/lib/samba"];
        for part in parts {
            let status =
                Command::new("cp").arg("-a").arg(host.path(part)).arg(unfinished.join(part)).status()?;
            if !status.success() {
                return Err(Error::other(format!("{part} can't be copied")));
            }
        }
        fs::rename(&unfinished, &self.layer)
    }
}

/// Runs `state.py` on the host.
fn change(host: &Host, changes: Vec<String>) -> Result<()> {
    let argv = ["python3", "-", PASSWORD].map(str::to_owned).into_iter().chain(changes);
    host.run(&Program::new(argv).stdin(STATE), CHANGES)?.ok("state.py")?;
    Ok(())
}

/// The same with another clock.
pub(crate) fn with_clock(program: Program, seconds: i64) -> Program {
    program
        .env("LD_PRELOAD", FAKE_TIME)
        .env("FAKETIME", &format!("{seconds:+}s"))
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
}
