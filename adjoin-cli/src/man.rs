//! The man page: one for all commands.

use std::io;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::arguments::Arguments;

/// The page in roff.
pub(crate) fn page() -> io::Result<Vec<u8>> {
    let mut whole = Arguments::command();
    // Gives the commands their full names.
    whole.build();
    let mut page = Vec::new();
    let main = Man::new(whole.clone());
    main.render_title(&mut page)?;
    main.render_name_section(&mut page)?;
    main.render_synopsis_section(&mut page)?;
    main.render_description_section(&mut page)?;
    for command in whole.get_subcommands().filter(|command| command.get_name() != "help") {
        let one = Man::new(command.clone());
        let mut section = Vec::new();
        one.render_synopsis_section(&mut section)?;
        one.render_description_section(&mut section)?;
        one.render_options_section(&mut section)?;
        one.render_extra_section(&mut section)?;
        // Its sections are parts of the command's.
        let section = String::from_utf8_lossy(&section).replace(".SH ", ".SS ");
        page.extend(format!(".SH \"ADJOIN {}\"\n", command.get_name().to_uppercase()).into_bytes());
        page.extend(section.into_bytes());
    }
    main.render_extra_section(&mut page)?;
    main.render_version_section(&mut page)?;
    Ok(page)
}
