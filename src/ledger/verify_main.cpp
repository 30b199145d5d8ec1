// ledger-verify: checks an exported ledger with no server code.
//
//   ledger-verify PUBLIC-KEY FILE      FILE: one entry a line, then one line "checkpoint <base64 of the signed note>"
//   for each
//                                      checkpoint; "-" is standard input. PUBLIC-KEY: 32 bytes in base64.
// Exit: 0 verified, 1 found wrong, 2 usage.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "ledger/checkpoint.h"

int main(int argc, char** argv) {
  using namespace remedium;
  const auto key = argc == 3 ? base::from_base64(argv[1]) : std::nullopt;
  if (!key || key->size() != 32) {
    std::fputs("usage: ledger-verify PUBLIC-KEY-BASE64 FILE|-\n", stderr);
    return 2;
  }
  std::ifstream file;
  if (std::string(argv[2]) != "-") {
    file.open(argv[2]);
    if (!file) {
      std::fprintf(stderr, "ledger-verify: cannot read %s\n", argv[2]);
      return 2;
    }
  }
  std::istream& in = file.is_open() ? static_cast<std::istream&>(file) : std::cin;

  ledger::Frontier tree;
  std::map<std::uint64_t, ledger::Hash> roots;  // at every size a checkpoint speaks of: known once all lines are read
  std::vector<ledger::Checkpoint> checkpoints;
  std::vector<ledger::Hash> leaves;
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("checkpoint ")) {
      const auto note = base::from_base64(std::string_view(line).substr(11));
      const auto checkpoint = note ? ledger::open_note(base::text_of(*note), *key) : std::nullopt;
      if (!checkpoint) {
        std::puts("WRONG: a checkpoint is not signed by this key");
        return 1;
      }
      checkpoints.push_back(*checkpoint);
    } else {
      leaves.push_back(ledger::leaf_hash(line));
    }
  }
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    tree.append(leaves[i]);
    roots[tree.size()] = tree.root();
  }
  std::uint64_t covered = 0;
  for (const auto& checkpoint : checkpoints) {
    const auto found = roots.find(checkpoint.size);
    if (checkpoint.size != 0 && (found == roots.end() || found->second != checkpoint.root)) {
      std::printf("WRONG: the entries do not hash to the checkpoint of size %llu\n",
                  static_cast<unsigned long long>(checkpoint.size));
      return 1;
    }
    covered = std::max(covered, checkpoint.size);
  }
  if (covered != leaves.size()) {
    std::printf("WRONG: %zu entries, but the newest checkpoint covers %llu\n", leaves.size(),
                static_cast<unsigned long long>(covered));
    return 1;
  }
  std::printf("verified: %zu entries, %zu checkpoints\n", leaves.size(), checkpoints.size());
  return 0;
}
