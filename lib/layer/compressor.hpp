// One way to compress a stream of tar bytes, whatever the format.
#pragma once

#include <memory>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/spec/media_type.hpp"

namespace ocibuild {

/// Compresses what is written to it, in chunks of any size, and passes the result on in order.
///
/// The bytes that come out are a function of the bytes that go in and of nothing else: neither of the number of threads
/// nor of the sizes of the writes. `finish` ends the compressed stream and then finishes the sink behind. The sink
/// behind is called in the thread of the caller only, already by make_compressor. What a worker throws comes out of a
/// later `write` or of `finish`; after any exception the compressor can only be destroyed.
class Compressor : public Sink {};

/// A compressor in front of `to`, which must outlive it. `jobs` threads compress while the caller prepares more input;
/// with 1 there is no thread beside the caller's. Holds a few MiB for each job. Errors: {digest_mismatch} when a
/// compressed block does not read back as what went in.
std::unique_ptr<Compressor> make_compressor(Compression compression, unsigned jobs, Sink& to);

}  // namespace ocibuild
