//! Compressed files, by their first octets, as Wireshark opens them.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use lz4_flex::frame::FrameDecoder;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::FrameDecoderError;

/// Octets that are read at once from the system.
const CHUNK: usize = 128 << 10;

/// `read` itself, or what is in it if its first octets are those of a compressed file.
pub(crate) fn open(read: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let mut first = Vec::new();
    let mut read = read;
    read.by_ref().take(4).read_to_end(&mut first)?;
    let whole = BufReader::with_capacity(CHUNK, io::Cursor::new(first.clone()).chain(read));
    Ok(match first[..] {
        [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(whole)),
        [0x28, 0xb5, 0x2f, 0xfd] => Box::new(Frames::<_, Zstd<_>>::Between(Some(whole))),
        [0x04, 0x22, 0x4d, 0x18] => Box::new(FrameDecoder::new(whole)),
        _ => Box::new(whole),
    })
}

type Zstd<R> = StreamingDecoder<R, ruzstd::decoding::FrameDecoder>;

/// Zstandard frames one after the other: the decoder ends with the first.
enum Frames<R, D> {
    /// A frame may begin here.
    Between(Option<R>),
    /// In a frame.
    In(Box<D>),
}

impl<R: BufRead> Read for Frames<R, Zstd<R>> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        loop {
            match self {
                Self::Between(rest) => {
                    let Some(mut rest) = rest.take() else { return Ok(0) };
                    if rest.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    *self = Self::In(Box::new(begin(rest)?));
                }
                Self::In(decoder) => match decoder.read(space) {
                    Ok(0) if !space.is_empty() => {
                        let ended = std::mem::replace(self, Self::Between(None));
                        if let Self::In(decoder) = ended {
                            *self = Self::Between(Some(decoder.into_inner()));
                        }
                    }
                    // The decoder has words of its own for a file that ends too early.
                    Err(_) if decoder.get_mut().fill_buf()?.is_empty() => {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    result => return result,
                },
            }
        }
    }
}

fn begin<R: BufRead>(rest: R) -> io::Result<Zstd<R>> {
    let damaged = |error: FrameDecoderError| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
    StreamingDecoder::new(rest).map_err(damaged)
}
