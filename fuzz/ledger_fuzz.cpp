// A checkpoint from outside, a frontier from a damaged file, a proof from a stranger: read or refused, never a fault,
// and never accepted where it must not be.
#include <cstdint>
#include <cstdlib>

#include "ledger/checkpoint.h"
#include "ledger/tree.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace remedium;
  const base::ByteView bytes(data, size);
  // Nobody holds the secret key of this point: nothing may open.
  const std::array<std::uint8_t, 32> key{1, 2, 3};
  if (ledger::open_note(base::text_of(bytes), key)) std::abort();

  ledger::Frontier frontier;
  if (ledger::Frontier::from_bytes(bytes, frontier)) {
    if (frontier.bytes() != base::Bytes(bytes.begin(), bytes.end())) std::abort();
    (void)frontier.root();
  }

  if (size < 2) return 0;
  std::vector<ledger::Hash> proof;
  for (std::size_t at = 2; at + 32 <= size && proof.size() < 70; at += 32) {
    proof.emplace_back();
    std::copy_n(data + at, 32, proof.back().begin());
  }
  const auto leaf = ledger::leaf_hash("leaf");
  const auto root = ledger::leaf_hash("another tree's only leaf");
  // A proof that leads from one leaf to an unrelated root would be a collision of SHA-256.
  if (ledger::verify_inclusion(leaf, data[0], data[1], proof, root)) std::abort();
  if (data[0] != data[1] && ledger::verify_consistency(data[0], leaf, data[1], root, proof) && data[0] != 0)
    std::abort();
  return 0;
}
