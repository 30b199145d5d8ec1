#include <algorithm>
#include <cmath>
#include <mutex>
#include <unordered_set>

#include "matching/names.h"

namespace remedium::matching {

namespace {

constexpr float least_score = 0.5F;
constexpr std::size_t max_like = 96;         ///< words of the vocabulary taken for one word of the query
constexpr std::size_t max_keys_read = 4000;  ///< keys looked at for one hash
constexpr std::size_t max_ranked = 600;      ///< cases in scope that are scored
constexpr std::size_t delete_prefix = 7;     ///< letters from which deletions are made (SymSpell's prefix filtering)
constexpr std::size_t newer_least = 4096;

unsigned distance_allowed(std::size_t letters) {
  return letters <= 2 ? 0 : letters <= 5 ? 1 : 2;
}

std::uint32_t hash_of(char kind, std::string_view text) {
  std::uint32_t hash = (2166136261U ^ static_cast<unsigned char>(kind)) * 16777619U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  hash ^= hash >> 15U;
  return hash * 0x2c1b3c6dU;
}

/// Hashes of `text`'s first letters with up to `most` of them left out.
void add_deletions(std::string_view text, unsigned most, std::vector<std::uint32_t>& out) {
  const std::string_view head = text.substr(0, delete_prefix);
  out.push_back(hash_of('d', head));
  if (most == 0) return;
  std::string one, two;
  for (std::size_t i = 0; i < head.size(); ++i) {
    one.assign(head.substr(0, i)).append(head.substr(i + 1));
    out.push_back(hash_of('d', one));
    if (most == 1) continue;
    for (std::size_t j = i; j < one.size(); ++j) {
      two.assign(one, 0, j).append(one, j + 1);
      out.push_back(hash_of('d', two));
    }
  }
}

std::string skeleton_key(std::string_view word) {
  std::string skeleton = consonant_skeleton(word);
  if (skeleton.size() < 2) skeleton.clear();  // one consonant says nothing
  return skeleton;
}

std::vector<std::uint32_t> keys_of(std::string_view word) {
  std::vector<std::uint32_t> hashes;
  add_deletions(word, distance_allowed(word.size()), hashes);
  for (std::size_t size = 2; size <= 6 && size < word.size(); ++size)
    hashes.push_back(hash_of('b', word.substr(0, size)));
  if (const std::string skeleton = skeleton_key(word); !skeleton.empty()) hashes.push_back(hash_of('s', skeleton));
  std::ranges::sort(hashes);
  hashes.erase(std::ranges::unique(hashes).begin(), hashes.end());
  return hashes;
}

}  // namespace

std::shared_lock<std::shared_mutex> NameIndex::lock_to_read() const {
  const std::scoped_lock gate(gate_);
  return std::shared_lock(mutex_);
}

std::unique_lock<std::shared_mutex> NameIndex::lock_to_write() {
  const std::scoped_lock gate(gate_);
  return std::unique_lock(mutex_);
}

NameIndex::WordId NameIndex::intern(const std::string& text) {
  if (const auto found = word_ids_.find(text); found != word_ids_.end()) return found->second;
  WordId id;
  if (!free_words_.empty()) {
    id = free_words_.back();
    free_words_.pop_back();
  } else {
    id = static_cast<WordId>(words_.size());
    words_.emplace_back();
  }
  words_[id].text = text;
  word_ids_.emplace(text, id);
  const std::size_t sorted = newer_.size();
  for (const std::uint32_t hash : keys_of(text)) newer_.push_back({hash, id});
  std::inplace_merge(newer_.begin(), newer_.begin() + static_cast<std::ptrdiff_t>(sorted), newer_.end());
  if (newer_.size() > std::max(newer_least, keys_.size() / 16)) merge_keys();
  return id;
}

void NameIndex::merge_keys() {
  const auto dead = [&](const Key& key) { return words_[key.word].text.empty(); };
  std::erase_if(keys_, dead);
  std::erase_if(newer_, dead);
  std::vector<Key> all;
  all.reserve(keys_.size() + newer_.size());
  std::merge(keys_.begin(), keys_.end(), newer_.begin(), newer_.end(), std::back_inserter(all));
  keys_ = std::move(all);
  newer_.clear();
  free_words_.insert(free_words_.end(), dead_words_.begin(), dead_words_.end());
  dead_words_.clear();
}

void NameIndex::forget(Slot slot) {
  for (const WordId id : named_[slot].words) {
    Word& word = words_[id];
    const auto at = std::ranges::find(word.slots, slot);
    *at = word.slots.back();
    word.slots.pop_back();
    if (word.slots.empty()) {  // an erased person's name leaves memory with them
      word_ids_.erase(word.text);
      std::ranges::fill(word.text, '\0');
      word.text.clear();
      word.slots.shrink_to_fit();
      dead_words_.push_back(id);
    }
  }
  named_[slot] = {};
}

void NameIndex::put(const base::CaseId& case_id, std::span<const std::string> names) {
  std::vector<std::string> words;
  for (const std::string& name : names) {
    for (std::string& word : normalise_name(name)) words.push_back(std::move(word));
  }
  std::ranges::sort(words);
  words.erase(std::ranges::unique(words).begin(), words.end());

  const auto lock = lock_to_write();
  Slot slot;
  if (const auto found = slots_.find(case_id); found != slots_.end()) {
    slot = found->second;
    forget(slot);
  } else if (!free_slots_.empty()) {
    slot = free_slots_.back();
    free_slots_.pop_back();
    slots_.emplace(case_id, slot);
  } else {
    slot = static_cast<Slot>(named_.size());
    named_.emplace_back();
    slots_.emplace(case_id, slot);
  }
  Named& named = named_[slot];
  named.case_id = case_id;
  named.words.reserve(words.size());
  for (const std::string& word : words) {
    const WordId id = intern(word);
    named.words.push_back(id);
    words_[id].slots.push_back(slot);
  }
}

void NameIndex::remove(const base::CaseId& case_id) {
  const auto lock = lock_to_write();
  const auto found = slots_.find(case_id);
  if (found == slots_.end()) return;
  forget(found->second);
  free_slots_.push_back(found->second);
  slots_.erase(found);
}

template <class Visit>
void NameIndex::each_with(std::uint32_t hash, std::size_t most, Visit&& visit) const {
  for (const std::vector<Key>* keys : {&keys_, &newer_}) {
    auto at = std::ranges::lower_bound(*keys, hash, {}, &Key::hash);
    for (std::size_t read = 0; at != keys->end() && at->hash == hash && read < most; ++at, ++read) {
      if (!words_[at->word].text.empty()) visit(at->word);
    }
  }
}

void NameIndex::like(std::string_view text, std::uint8_t query_word, std::vector<Likeness>& out) const {
  const std::size_t begin = out.size();
  std::unordered_set<WordId> seen;
  const auto add = [&](WordId word, float likeness) { out.push_back({word, query_word, likeness}); };
  if (const auto exact = word_ids_.find(std::string(text)); exact != word_ids_.end()) {
    add(exact->second, 1.0F);
    seen.insert(exact->second);
  }
  const unsigned most = distance_allowed(text.size());
  std::vector<std::uint32_t> hashes;
  add_deletions(text, most, hashes);
  std::ranges::sort(hashes);
  hashes.erase(std::ranges::unique(hashes).begin(), hashes.end());
  if (most > 0) {
    for (const std::uint32_t hash : hashes) {
      each_with(hash, max_keys_read, [&](WordId id) {
        const std::string& word = words_[id].text;
        const std::size_t longer = std::max(word.size(), text.size());
        if (longer > std::min(word.size(), text.size()) + most || !seen.insert(id).second) return;
        const unsigned distance = edit_distance(text, word, most);
        if (distance <= most) {
          add(id, 1.0F - 1.2F * static_cast<float>(distance) / static_cast<float>(longer));
        } else {
          seen.erase(id);  // another key (its skeleton) may still vouch for it
        }
      });
    }
  }
  const std::string skeleton = skeleton_key(text);
  if (!skeleton.empty()) {
    each_with(hash_of('s', skeleton), max_keys_read, [&](WordId id) {
      const std::string& word = words_[id].text;
      if (consonant_skeleton(word) != skeleton || !seen.insert(id).second) return;
      const unsigned distance = edit_distance(text, word, 6);
      add(id, 0.78F - 0.03F * static_cast<float>(distance));
    });
  }
  if (text.size() >= 2) {
    const std::string_view head = text.substr(0, 6);
    std::size_t taken = 0;
    each_with(hash_of('b', head), max_keys_read, [&](WordId id) {
      if (taken >= max_like || !words_[id].text.starts_with(text) || !seen.insert(id).second) return;
      ++taken;
      add(id, 0.85F);
    });
  }
  const auto best = out.begin() + static_cast<std::ptrdiff_t>(begin);
  std::sort(best, out.end(), [](const Likeness& a, const Likeness& b) { return a.likeness > b.likeness; });
  if (out.size() - begin > max_like) out.resize(begin + max_like);
}

std::vector<Hit> NameIndex::search(std::string_view query, std::size_t limit,
                                   const std::function<bool(const base::CaseId&)>& may_see) const {
  limit = std::min<std::size_t>(limit, 200);
  std::vector<std::string> texts = normalise_name(query);
  std::vector<Hit> hits;
  if (texts.empty() || limit == 0) return hits;

  const auto lock = lock_to_read();
  struct QueryWord {
    std::size_t from, until;  ///< of `likes`
    float weight;             ///< a rare word says more
  };
  std::vector<Likeness> likes;
  std::vector<QueryWord> query_words;
  float all_weight = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::size_t from = likes.size();
    like(texts[i], static_cast<std::uint8_t>(i), likes);
    // By letters, not by how many cases have the word: that number would tell of cases out of scope.
    const float weight = std::sqrt(static_cast<float>(std::min<std::size_t>(texts[i].size(), 12)));
    query_words.push_back({from, likes.size(), weight});
    all_weight += weight;
  }
  std::vector<Likeness> by_word(likes);
  std::ranges::sort(by_word, {}, &Likeness::word);

  // Rarest word first; the order changes what is scanned, not what is found, until `max_ranked`.
  std::vector<std::size_t> order(query_words.size());
  std::vector<std::size_t> common(query_words.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
    for (std::size_t j = query_words[i].from; j < query_words[i].until; ++j)
      common[i] += words_[likes[j].word].slots.size();
  }
  std::ranges::sort(order, {}, [&](std::size_t i) { return common[i]; });

  struct Ranked {
    Hit hit;
    std::size_t words;
  };
  std::vector<Ranked> ranked;
  std::unordered_set<Slot> seen;
  std::vector<float> best(query_words.size());
  float left = all_weight;
  std::vector<float> top;  // the best `limit` scores so far, the least of them in front
  // What a case not met so far can still score decides whether a list is read at all (the idea of WAND, Broder et al.
  // 2003).
  const auto hopeless = [&](float most) {
    return most < least_score || ranked.size() >= max_ranked || (top.size() == limit && top.front() >= most);
  };
  for (const std::size_t i : order) {
    const float weight = query_words[i].weight;
    if (hopeless(left / all_weight)) break;
    for (std::size_t j = query_words[i].from; j < query_words[i].until; ++j) {
      if (hopeless((left - weight + weight * likes[j].likeness) / all_weight)) break;
      for (const Slot slot : words_[likes[j].word].slots) {
        if (ranked.size() >= max_ranked) break;
        if (!seen.insert(slot).second) continue;
        const Named& named = named_[slot];
        std::ranges::fill(best, 0.0F);
        for (const WordId word : named.words) {
          for (auto at = std::ranges::lower_bound(by_word, word, {}, &Likeness::word);
               at != by_word.end() && at->word == word; ++at) {
            best[at->query_word] = std::max(best[at->query_word], at->likeness);
          }
        }
        float score = 0;
        for (std::size_t k = 0; k < best.size(); ++k) score += best[k] * query_words[k].weight;
        score /= all_weight;
        if (score < least_score || !may_see(named.case_id)) continue;
        ranked.push_back({{named.case_id, std::min(score, 1.0F)}, named.words.size()});
        if (top.size() == limit) {
          if (top.front() >= score) continue;
          std::ranges::pop_heap(top, std::greater());
          top.back() = score;
        } else {
          top.push_back(score);
        }
        std::ranges::push_heap(top, std::greater());
      }
    }
    left -= query_words[i].weight;
  }
  std::ranges::sort(ranked, [](const Ranked& a, const Ranked& b) {
    if (a.hit.score != b.hit.score) return a.hit.score > b.hit.score;
    if (a.words != b.words) return a.words < b.words;
    return a.hit.case_id < b.hit.case_id;
  });
  for (std::size_t i = 0; i < ranked.size() && i < limit; ++i) hits.push_back(ranked[i].hit);
  return hits;
}

std::size_t NameIndex::size() const {
  const auto lock = lock_to_read();
  return slots_.size();
}

std::size_t NameIndex::memory_bytes() const {
  const auto lock = lock_to_read();
  constexpr std::size_t node = 16;  // next pointer and cached hash
  std::size_t bytes = words_.capacity() * sizeof(Word) + named_.capacity() * sizeof(Named) +
                      (keys_.capacity() + newer_.capacity()) * sizeof(Key);
  bytes +=
      word_ids_.size() * (sizeof(std::pair<std::string, WordId>) + node) + word_ids_.bucket_count() * sizeof(void*);
  bytes += slots_.size() * (sizeof(std::pair<base::CaseId, Slot>) + node) + slots_.bucket_count() * sizeof(void*);
  for (const Word& word : words_)
    bytes += word.slots.capacity() * sizeof(Slot) + (word.text.size() > 15 ? 2 * word.text.size() : 0);
  for (const Named& named : named_) bytes += named.words.capacity() * sizeof(WordId);
  return bytes;
}

}  // namespace remedium::matching
