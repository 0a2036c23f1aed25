//! smb2-proto
