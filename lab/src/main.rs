//! `adjoin-lab`: see `cargo xtask lab --help`.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("the lab needs Linux");
    ExitCode::FAILURE
}

#[cfg(target_os = "linux")]
mod linux {
    use adjoin_lab::arguments::{Arguments, HELP, What};
    use adjoin_lab::run::Lab;
    use adjoin_lab::scenario::{self, Scenario};
    use adjoin_lab::{live, needs};
    use nix::sys::prctl::set_pdeathsig;
    use nix::sys::signal::Signal;
    use std::io::Error;
    use std::process::ExitCode;

    pub(crate) fn main() -> ExitCode {
        let arguments = match Arguments::read(std::env::args().skip(1)) {
            Ok(arguments) => arguments,
            Err(message) => {
                eprintln!("lab: {message}\n\n{HELP}");
                return ExitCode::from(2);
            }
        };
        if let What::Only(names) = &arguments.what {
            if let Err(message) = scenario::named(names) {
                eprintln!("lab: {message}");
                return ExitCode::from(2);
            }
        }
        let outcome = if arguments.with_parent { end_with_parent() } else { Ok(()) };
        match outcome.and_then(|()| run(&arguments)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                eprintln!("lab: {message}");
                ExitCode::FAILURE
            }
        }
    }

    /// Hosts end with this process; this lets it end with `cargo xtask lab`, however that ends.
    fn end_with_parent() -> Result<(), String> {
        set_pdeathsig(Signal::SIGTERM).map_err(|error| error.to_string())
    }

    fn run(arguments: &Arguments) -> Result<(), String> {
        let scenarios: Vec<Scenario> = match &arguments.what {
            What::Help => {
                print!("{HELP}");
                return Ok(());
            }
            What::List => {
                for scenario in scenario::all() {
                    println!("{:28} {:28} {}", scenario.id, format!("{:?}", scenario.tool), scenario.fault);
                }
                return Ok(());
            }
            What::Quick => scenario::quick(),
            What::All => scenario::all(),
            What::Only(names) => scenario::named(names)?,
            What::Random(_) | What::Live => Vec::new(),
        };
        let missing = needs::missing();
        if !missing.is_empty() {
            return Err(missing.join("\nlab: "));
        }
        let out = arguments.out.clone().unwrap_or_else(|| arguments.cache.join("out"));
        let lab = Lab::new(&arguments.cache, &out, arguments.keep).map_err(|error| error.to_string())?;
        let outcome = match arguments.what {
            What::Live => live::run(&lab, arguments),
            What::Random(count) => lab.play_random(count, arguments.seed, arguments.jobs),
            _ => lab.play_all(&scenarios, arguments.jobs).and_then(|void| {
                if void == 0 { Ok(()) } else { Err(Error::other(format!("{void} scenarios were void"))) }
            }),
        };
        outcome.map_err(|error| error.to_string())
    }
}
