/* GLib's headers include this file on Windows, and other systems don't have it. The plugin uses nothing of it. */
