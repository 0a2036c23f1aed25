//! dissector-ffi
