// Names of persons brought to one spelling, and an index that finds them misspelt.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/id.h"

namespace remedium::matching {

/// The words of a name in lower-case ASCII letters and digits: compatibility forms undone, any script written in Latin
/// letters (ICU Any-Latin; Latin-ASCII), Arabic articles, `bin`/`ibn`, European particles and honorifics dropped, `Abd
/// al-X` and `Abdul X` made one word. A name of nothing but such words keeps them. At most 16 words of at most 40
/// letters.
[[nodiscard]] std::vector<std::string> normalise_name(std::string_view text);

/// What is left of a word where scripts differ: its consonants, those that scripts confuse made one
/// ("mohammed", "muhamad", "mhmd" → "mmt"). Empty for a word of vowels.
[[nodiscard]] std::string consonant_skeleton(std::string_view word);

/// Optimal-string-alignment distance (insert, delete, replace, swap of neighbours); `most` + 1 where it is greater than
/// `most`.
[[nodiscard]] unsigned edit_distance(std::string_view a, std::string_view b, unsigned most);

struct Hit {
  base::CaseId case_id;
  float score = 0;  ///< 1: every word of the query stands in the name; hits below 0.5 are not given
};

/// Names in memory only, found under misspellings. Candidates come from a deletion index over the distinct words (the
/// idea of SymSpell, W. Garbe 2012), their beginnings and their skeletons, so a search costs about the same however
/// many names there are.
///
/// One writer and many readers at a time; every method may be called from any thread.
class NameIndex {
 public:
  /// Sets the names of a case; what it had before is forgotten.
  void put(const base::CaseId& case_id, std::span<const std::string> names);
  void remove(const base::CaseId& case_id);
  /// The best `limit` (up to 200) cases that `may_see` accepts, best first. `may_see` is asked before anything is
  /// ranked or counted, so that a case out of scope changes nothing of the answer; it must not call the index.
  [[nodiscard]] std::vector<Hit> search(std::string_view query, std::size_t limit,
                                        const std::function<bool(const base::CaseId&)>& may_see) const;
  [[nodiscard]] std::size_t size() const;
  /// Heap bytes held, to within the allocator's own overhead.
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  using WordId = std::uint32_t;
  using Slot = std::uint32_t;
  struct Word {
    std::string text;  ///< empty once no case has the word
    std::vector<Slot> slots;
  };
  struct Named {
    base::CaseId case_id;
    std::vector<WordId> words;
  };
  /// A key of a word (a deletion, beginning or skeleton, hashed) and the word.
  struct Key {
    std::uint32_t hash;
    WordId word;
    auto operator<=>(const Key&) const = default;
  };
  struct Likeness {
    WordId word;
    std::uint8_t query_word;
    float likeness;
  };

  WordId intern(const std::string& text);
  void forget(Slot slot);
  void merge_keys();
  void like(std::string_view text, std::uint8_t query_word, std::vector<Likeness>& out) const;
  template <class Visit>
  void each_with(std::uint32_t hash, std::size_t most, Visit&& visit) const;

  // glibc's shared mutex lets readers overtake a waiting writer for ever; the gate makes newcomers queue behind it.
  [[nodiscard]] std::shared_lock<std::shared_mutex> lock_to_read() const;
  [[nodiscard]] std::unique_lock<std::shared_mutex> lock_to_write();
  mutable std::mutex gate_;
  mutable std::shared_mutex mutex_;
  std::vector<Word> words_;
  std::vector<WordId> free_words_;  ///< usable again after the next merge, when no key points to them
  std::vector<WordId> dead_words_;
  std::unordered_map<std::string, WordId> word_ids_;
  std::vector<Named> named_;
  std::vector<Slot> free_slots_;
  std::unordered_map<base::CaseId, Slot> slots_;
  std::vector<Key> keys_;   ///< sorted
  std::vector<Key> newer_;  ///< sorted; folded into `keys_` when large
};

}  // namespace remedium::matching
