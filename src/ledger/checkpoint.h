// Signed checkpoints in the form of C2SP tlog-checkpoint and signed-note, Ed25519.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/date.h"
#include "ledger/tree.h"

namespace remedium::ledger {

inline constexpr std::string_view origin = "remedium/ledger";

/// The text that is signed: origin, size, root, and one extension line with the time. Ends in a line feed.
[[nodiscard]] std::string checkpoint_text(std::uint64_t size, const Hash& root, base::Instant at);
/// The note: the text, a blank line, and the signature line.
[[nodiscard]] std::string signed_note(std::string_view text, std::string_view signature, base::ByteView public_key);

struct Checkpoint {
  std::uint64_t size = 0;
  Hash root{};
  base::Instant at;
};
/// nullopt where the note is malformed or not signed by `public_key` (32 bytes).
[[nodiscard]] std::optional<Checkpoint> open_note(std::string_view note, base::ByteView public_key);

}  // namespace remedium::ledger
