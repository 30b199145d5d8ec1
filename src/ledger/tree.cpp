#include "ledger/tree.h"

#include <sodium.h>

#include <bit>
#include <cstring>

namespace remedium::ledger {

namespace {

/// The largest power of two smaller than `size` (> 1): where RFC 6962 splits.
std::uint64_t split(std::uint64_t size) {
  return std::bit_floor(size - 1);
}

Hash subtree(std::uint64_t from, std::uint64_t to, const LeafHashes& leaves) {
  if (to - from == 1) return leaves(from);
  const auto middle = from + split(to - from);
  return node_hash(subtree(from, middle, leaves), subtree(middle, to, leaves));
}

void path(std::uint64_t index, std::uint64_t from, std::uint64_t to, const LeafHashes& leaves,
          std::vector<Hash>& proof) {
  if (to - from == 1) return;
  const auto middle = from + split(to - from);
  if (index < middle) {
    path(index, from, middle, leaves, proof);
    proof.push_back(subtree(middle, to, leaves));
  } else {
    path(index, middle, to, leaves, proof);
    proof.push_back(subtree(from, middle, leaves));
  }
}

void subproof(std::uint64_t old_to, std::uint64_t from, std::uint64_t to, bool whole, const LeafHashes& leaves,
              std::vector<Hash>& proof) {
  if (old_to == to) {
    if (!whole) proof.push_back(subtree(from, to, leaves));
    return;
  }
  const auto middle = from + split(to - from);
  if (old_to <= middle) {
    subproof(old_to, from, middle, whole, leaves, proof);
    proof.push_back(subtree(middle, to, leaves));
  } else {
    subproof(old_to, middle, to, false, leaves, proof);
    proof.push_back(subtree(from, middle, leaves));
  }
}

}  // namespace

Hash leaf_hash(std::string_view data) {
  Hash hash;
  crypto_hash_sha256_state state;
  const std::uint8_t prefix = 0;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, &prefix, 1);
  crypto_hash_sha256_update(&state, reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
  crypto_hash_sha256_final(&state, hash.data());
  return hash;
}

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<std::uint8_t, 65> bytes;
  bytes[0] = 1;
  std::memcpy(bytes.data() + 1, left.data(), 32);
  std::memcpy(bytes.data() + 33, right.data(), 32);
  Hash hash;
  crypto_hash_sha256(hash.data(), bytes.data(), bytes.size());
  return hash;
}

Hash empty_root() {
  Hash hash;
  crypto_hash_sha256(hash.data(), nullptr, 0);
  return hash;
}

void Frontier::append(const Hash& leaf) {
  Hash hash = leaf;
  for (auto bits = size_; (bits & 1U) != 0; bits >>= 1U) {
    hash = node_hash(peaks_.back(), hash);
    peaks_.pop_back();
  }
  peaks_.push_back(hash);
  ++size_;
}

Hash Frontier::root() const {
  if (peaks_.empty()) return empty_root();
  Hash hash = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) hash = node_hash(peaks_[i], hash);
  return hash;
}

base::Bytes Frontier::bytes() const {
  base::Bytes bytes;
  bytes.reserve(8 + peaks_.size() * 32);
  for (unsigned shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<std::uint8_t>(size_ >> shift));
  for (const auto& peak : peaks_) bytes.insert(bytes.end(), peak.begin(), peak.end());
  return bytes;
}

bool Frontier::from_bytes(base::ByteView bytes, Frontier& out) {
  if (bytes.size() < 8) return false;
  Frontier result;
  for (unsigned i = 0; i < 8; ++i) result.size_ |= std::uint64_t{bytes[i]} << (8 * i);
  const auto count = static_cast<std::size_t>(std::popcount(result.size_));
  if (bytes.size() != 8 + count * 32) return false;
  result.peaks_.resize(count);
  for (std::size_t i = 0; i < count; ++i) std::memcpy(result.peaks_[i].data(), bytes.data() + 8 + i * 32, 32);
  out = std::move(result);
  return true;
}

std::vector<Hash> inclusion_proof(std::uint64_t index, std::uint64_t size, const LeafHashes& leaves) {
  std::vector<Hash> proof;
  path(index, 0, size, leaves, proof);
  return proof;
}

std::vector<Hash> consistency_proof(std::uint64_t from, std::uint64_t size, const LeafHashes& leaves) {
  std::vector<Hash> proof;
  subproof(from, 0, size, true, leaves, proof);
  return proof;
}

// The two verifications are those of RFC 9162, sections 2.1.3.2 and 2.1.4.2 (same tree, iterative form).
bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, const std::vector<Hash>& proof,
                      const Hash& root) {
  if (index >= size) return false;
  auto fn = index;
  auto sn = size - 1;
  Hash hash = leaf;
  for (const auto& step : proof) {
    if (sn == 0) return false;
    if ((fn & 1U) != 0 || fn == sn) {
      hash = node_hash(step, hash);
      while ((fn & 1U) == 0 && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      hash = node_hash(hash, step);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  return sn == 0 && hash == root;
}

bool verify_consistency(std::uint64_t from, const Hash& from_root, std::uint64_t size, const Hash& root,
                        const std::vector<Hash>& proof) {
  if (from == 0 || from > size) return false;
  if (from == size) return proof.empty() && from_root == root;
  auto steps = proof;
  if (std::has_single_bit(from)) steps.insert(steps.begin(), from_root);
  if (steps.empty()) return false;
  auto fn = from - 1;
  auto sn = size - 1;
  while ((fn & 1U) != 0) {
    fn >>= 1U;
    sn >>= 1U;
  }
  Hash old_hash = steps[0];
  Hash new_hash = steps[0];
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (sn == 0) return false;
    if ((fn & 1U) != 0 || fn == sn) {
      old_hash = node_hash(steps[i], old_hash);
      new_hash = node_hash(steps[i], new_hash);
      while ((fn & 1U) == 0 && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      new_hash = node_hash(new_hash, steps[i]);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  return old_hash == from_root && new_hash == root && sn == 0;
}

}  // namespace remedium::ledger
