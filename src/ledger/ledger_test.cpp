#include <gtest/gtest.h>
#include <sodium.h>

#include "base/json.h"
#include "base/random.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/tree.h"

namespace remedium::ledger {
namespace {

Hash naive_root(std::span<const Hash> leaves) {
  if (leaves.empty()) return empty_root();
  if (leaves.size() == 1) return leaves[0];
  std::size_t left = 1;
  while (left * 2 < leaves.size()) left *= 2;
  return node_hash(naive_root(leaves.first(left)), naive_root(leaves.subspan(left)));
}

TEST(Tree, AgreesWithTheNaiveTreeAndItsProofsVerify) {
  std::vector<Hash> leaves;
  Frontier frontier;
  EXPECT_EQ(base::to_hex(frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  std::vector<Hash> roots = {frontier.root()};
  for (std::uint64_t size = 1; size <= 70; ++size) {
    leaves.push_back(leaf_hash("entry " + std::to_string(size)));
    frontier.append(leaves.back());
    roots.push_back(frontier.root());
    ASSERT_EQ(frontier.root(), naive_root(leaves));
    Frontier again;
    ASSERT_TRUE(Frontier::from_bytes(frontier.bytes(), again));
    ASSERT_EQ(again.root(), frontier.root());
    const auto leaf = [&](std::uint64_t index) { return leaves[index]; };
    for (std::uint64_t i = 0; i < size; ++i) {
      auto proof = inclusion_proof(i, size, leaf);
      ASSERT_TRUE(verify_inclusion(leaves[i], i, size, proof, frontier.root()));
      ASSERT_FALSE(verify_inclusion(leaves[i], i + 1, size, proof, frontier.root()));
      if (!proof.empty()) {
        proof[0][0] ^= 1;
        ASSERT_FALSE(verify_inclusion(leaves[i], i, size, proof, frontier.root()));
      }
    }
    for (std::uint64_t from = 1; from <= size; ++from) {
      auto proof = consistency_proof(from, size, leaf);
      ASSERT_TRUE(verify_consistency(from, roots[from], size, frontier.root(), proof)) << from << " " << size;
      if (from < size) {
        ASSERT_FALSE(verify_consistency(from, roots[from - 1], size, frontier.root(), proof));
      }
    }
  }
}

TEST(Tree, RootOfTheCertificateTransparencyTestVector) {
  // The eight leaves of the Certificate Transparency project's published vector; root of the whole tree.
  Frontier frontier;
  for (const auto* hex :
       {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
    frontier.append(leaf_hash(base::text_of(*base::from_hex(hex))));
  }
  EXPECT_EQ(base::to_hex(frontier.root()), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(Checkpoint, OpensOnlyWithItsKeyAndOnlyUnchanged) {
  ASSERT_GE(sodium_init(), 0);
  std::array<std::uint8_t, 32> seed{7};
  std::array<std::uint8_t, 32> public_key;
  std::array<std::uint8_t, 64> secret_key;
  crypto_sign_seed_keypair(public_key.data(), secret_key.data(), seed.data());
  const auto text = checkpoint_text(3, leaf_hash("x"), *base::Instant::parse("2024-05-01T10:00:00Z"));
  std::string signature(64, '\0');
  crypto_sign_detached(reinterpret_cast<std::uint8_t*>(signature.data()), nullptr,
                       reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), secret_key.data());
  const auto note = signed_note(text, signature, public_key);
  const auto opened = open_note(note, public_key);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->size, 3U);
  EXPECT_EQ(opened->root, leaf_hash("x"));
  for (std::size_t i = 0; i < note.size(); ++i) {
    auto changed = note;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto reopened = open_note(changed, public_key);
    ASSERT_FALSE(reopened) << i;
  }
  auto other = public_key;
  other[0] ^= 1;
  EXPECT_FALSE(open_note(note, other));
}

TEST(Entry, IsOneJsonObjectInAFixedOrder) {
  Entry entry{.action = "case.read",
              .official = "official_x",
              .classes = {base::DataClass::identity, base::DataClass::legal},
              .sequence = 2,
              .reason = "a\"b"};
  const auto text = serialise(entry, 5, *base::Instant::parse("2024-05-01T10:00:00Z"));
  EXPECT_EQ(
      text,
      R"({"index":5,"at":"2024-05-01T10:00:00.000Z","action":"case.read","official":"official_x","classes":["identity","legal"],"sequence":2,"reason":"a\"b"})");
  EXPECT_TRUE(base::parse_json(text));
}

}  // namespace
}  // namespace remedium::ledger
