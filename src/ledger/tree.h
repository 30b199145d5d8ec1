// The tree of RFC 6962, section 2.1: leaf H(0x00 ‖ data), node H(0x01 ‖ left ‖ right), SHA-256.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace remedium::ledger {

using Hash = std::array<std::uint8_t, 32>;

[[nodiscard]] Hash leaf_hash(std::string_view data);
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);
[[nodiscard]] Hash empty_root();  ///< of the tree without leaves

/// The right edge of the tree: the roots of the full subtrees, one for each bit set in `size`. Enough to append and to
/// tell the root.
class Frontier {
 public:
  void append(const Hash& leaf);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Hash root() const;
  [[nodiscard]] base::Bytes bytes() const;  ///< size (8, little-endian), then the hashes, largest subtree first
  [[nodiscard]] static bool from_bytes(base::ByteView bytes, Frontier& out);

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;
};

using LeafHashes = std::function<Hash(std::uint64_t index)>;
/// RFC 6962 2.1.1 and 2.1.2, from the leaves. `index` < `size`; 0 < `from` <= `size`.
[[nodiscard]] std::vector<Hash> inclusion_proof(std::uint64_t index, std::uint64_t size, const LeafHashes& leaves);
[[nodiscard]] std::vector<Hash> consistency_proof(std::uint64_t from, std::uint64_t size, const LeafHashes& leaves);
[[nodiscard]] bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                    const std::vector<Hash>& proof, const Hash& root);
[[nodiscard]] bool verify_consistency(std::uint64_t from, const Hash& from_root, std::uint64_t size, const Hash& root,
                                      const std::vector<Hash>& proof);

}  // namespace remedium::ledger
