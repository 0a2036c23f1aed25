//! epmap-proto
