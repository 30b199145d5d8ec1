#include "ledger/checkpoint.h"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>
#include <cstring>

namespace remedium::ledger {

namespace {

constexpr std::string_view signature_mark = "\xe2\x80\x94 ";  // em dash and a blank, as the signed-note format has it

/// SHA-256(name ‖ "\n" ‖ 0x01 ‖ key)[:4], C2SP signed-note.
std::array<std::uint8_t, 4> key_hash(base::ByteView public_key) {
  std::string text = fmt::format("{}\n\x01", origin);
  text += base::text_of(public_key);
  Hash hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  return {hash[0], hash[1], hash[2], hash[3]};
}

std::string_view line_of(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return {};
  const auto line = rest.substr(0, end);
  rest = rest.substr(end + 1);
  return line;
}

}  // namespace

std::string checkpoint_text(std::uint64_t size, const Hash& root, base::Instant at) {
  return fmt::format("{}\n{}\n{}\ntime {}\n", origin, size, base::to_base64(root), at.str());
}

std::string signed_note(std::string_view text, std::string_view signature, base::ByteView public_key) {
  const auto hash = key_hash(public_key);
  base::Bytes bytes(hash.begin(), hash.end());
  for (const char c : signature) bytes.push_back(static_cast<std::uint8_t>(c));
  return fmt::format("{}\n{}{} {}\n", text, signature_mark, origin, base::to_base64(bytes));
}

std::optional<Checkpoint> open_note(std::string_view note, base::ByteView public_key) {
  const auto blank = note.find("\n\n");
  if (blank == std::string_view::npos || public_key.size() != crypto_sign_PUBLICKEYBYTES) return std::nullopt;
  const auto text = note.substr(0, blank + 1);
  auto signatures = note.substr(blank + 2);
  const auto line = line_of(signatures);
  const auto prefix = fmt::format("{}{} ", signature_mark, origin);
  if (!line.starts_with(prefix) || !signatures.empty()) return std::nullopt;
  const auto bytes = base::from_base64(line.substr(prefix.size()));
  const auto hash = key_hash(public_key);
  if (!bytes || bytes->size() != 4 + crypto_sign_BYTES || std::memcmp(bytes->data(), hash.data(), 4) != 0)
    return std::nullopt;
  if (crypto_sign_verify_detached(bytes->data() + 4, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                  public_key.data()) != 0)
    return std::nullopt;

  auto rest = text;
  Checkpoint checkpoint;
  if (line_of(rest) != origin) return std::nullopt;
  const auto size = line_of(rest);
  const auto read = std::from_chars(size.data(), size.data() + size.size(), checkpoint.size);
  if (read.ec != std::errc() || read.ptr != size.data() + size.size()) return std::nullopt;
  const auto root = base::from_base64(line_of(rest));
  if (!root || root->size() != 32) return std::nullopt;
  std::memcpy(checkpoint.root.data(), root->data(), 32);
  const auto time = line_of(rest);
  if (!time.starts_with("time ")) return std::nullopt;
  const auto at = base::Instant::parse(time.substr(5));
  if (!at || !rest.empty()) return std::nullopt;
  checkpoint.at = *at;
  return checkpoint;
}

}  // namespace remedium::ledger
