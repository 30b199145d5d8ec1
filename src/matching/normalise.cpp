#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>

#include "matching/names.h"

namespace remedium::matching {

namespace {

constexpr std::size_t max_words = 16;
constexpr std::size_t max_letters = 40;

// Words that spellings of one name have or leave out: articles and "son of", particles, forms of address.
constexpr auto dropped = std::to_array<std::string_view>(
    {"al",   "el",   "ul",   "ar",   "as",  "ad",   "an",     "at",      "az",     "ibn",    "bin",    "ben",    "bint",
     "wa",   "ud",   "ur",   "de",   "del", "la",   "las",    "los",     "der",    "den",    "van",    "von",    "da",
     "do",   "dos",  "das",  "di",   "du",  "le",   "y",      "e",       "mr",     "mrs",    "ms",     "miss",   "dr",
     "prof", "sr",   "sra",  "srta", "don", "dona", "haji",   "hajj",    "hajji",  "sheikh", "shaykh", "sayyid", "jr",
     "mme",  "mlle", "herr", "frau", "sir", "lady", "mullah", "maulavi", "maulawi"});

bool is_dropped(std::string_view word) {
  return std::ranges::find(dropped, word) != dropped.end();
}

bool is_abd(std::string_view word) {
  constexpr auto forms =
      std::to_array<std::string_view>({"abd", "abdul", "abdel", "abdal", "abdoul", "abdur", "abdu", "abdol", "bd"});
  return std::ranges::find(forms, word) != forms.end();
}

icu::Transliterator* to_latin() {
  // Slow to make and not safe to share: one a thread.
  thread_local const std::unique_ptr<icu::Transliterator> made = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> transliterator(icu::Transliterator::createInstance(
        "NFKC; Any-Latin; NFD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower", UTRANS_FORWARD, status));
    return U_SUCCESS(status) ? std::move(transliterator) : nullptr;
  }();
  return made.get();
}

bool is_arabic(char16_t unit) {
  return unit >= 0x0620 && unit <= 0x06FF;
}

/// Parts the glued article (ال) from a word of four letters or more, and drops vowel signs, which most writers leave
/// out.
icu::UnicodeString part_articles(const icu::UnicodeString& text) {
  icu::UnicodeString out;
  for (std::int32_t i = 0; i < text.length(); ++i) {
    const char16_t unit = text[i];
    if ((unit >= 0x064B && unit <= 0x0652) || unit == 0x0640 || unit == 0x200C || unit == 0x200D) continue;
    const bool word_begins = i == 0 || !is_arabic(text[i - 1]);
    if (word_begins && unit == 0x0627 && i + 4 < text.length() && text[i + 1] == 0x0644 && is_arabic(text[i + 2]) &&
        is_arabic(text[i + 3]) && is_arabic(text[i + 4])) {
      ++i;
      continue;
    }
    out += unit;
  }
  return out;
}

std::string latin(std::string_view text) {
  icu::UnicodeString wide =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  wide = part_articles(wide);
  if (const auto* transliterator = to_latin()) transliterator->transliterate(wide);
  std::string out;
  wide.toUTF8String(out);
  return out;
}

}  // namespace

std::vector<std::string> normalise_name(std::string_view text) {
  std::string converted;
  text = text.substr(0, 4000);
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    converted = latin(text);
    text = converted;
  }
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty() && words.size() < max_words * 2) words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      if (word.size() < max_letters) word += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      if (word.size() < max_letters) word += c;
    } else if (c == '\'' || c == '`' || static_cast<unsigned char>(c) >= 0x80) {
      continue;  // O'Brien, ayin and hamza signs: inside one word
    } else {
      end_word();
    }
  }
  end_word();

  std::vector<std::string> kept;
  for (std::size_t i = 0; i < words.size() && kept.size() < max_words; ++i) {
    if (is_abd(words[i])) {
      std::size_t next = i + 1;
      while (next < words.size() && is_dropped(words[next])) ++next;
      if (next < words.size()) {
        kept.push_back(("abd" + words[next]).substr(0, max_letters));
        i = next;
        continue;
      }
    }
    bool glued = false;
    for (const std::string_view form : {"abdul", "abdel", "abdal", "abdur", "abdol", "bdal"}) {
      if (words[i].size() >= form.size() + 3 && words[i].starts_with(form)) {
        kept.push_back("abd" + words[i].substr(form.size()));
        glued = true;
        break;
      }
    }
    if (!glued && !is_dropped(words[i])) kept.push_back(words[i]);
  }
  if (kept.empty()) {
    words.resize(std::min(words.size(), max_words));
    return words;
  }
  return kept;
}

std::string consonant_skeleton(std::string_view word) {
  std::string out;
  char previous = 0;  // the class just written, while no other letter stood between
  const auto put = [&](char c) {
    if (c != previous) out += c;
    previous = c;
  };
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    const char next = i + 1 < word.size() ? word[i + 1] : '\0';
    if (next == 'h' && (c == 's' || c == 'c' || c == 'k' || c == 'g' || c == 't' || c == 'p' || c == 'z' || c == 'd')) {
      ++i;
      switch (c) {
        case 's':
        case 'c':
        case 'z':
          put('s');
          break;
        case 'k':
          previous = 0;
          break;  // kh and h are one in many spellings, and h is not written
        case 'g':
          put('k');
          break;
        case 'p':
          put('f');
          break;
        default:
          put('t');
          break;
      }
      continue;
    }
    switch (c) {
      case 'a':
      case 'e':
      case 'i':
      case 'o':
      case 'u':
      case 'y':
      case 'w':
      case 'h':
        previous = 0;
        break;
      case 'p':
      case 'b':
        put('b');
        break;
      case 'v':
      case 'f':
        put('f');
        break;
      case 'c':
        put(next == 'e' || next == 'i' ? 's' : 'k');
        break;
      case 'k':
      case 'q':
      case 'g':
      case 'j':
        put('k');
        break;
      case 'x':
        put('k');
        put('s');
        break;
      case 's':
      case 'z':
        put('s');
        break;
      case 'd':
      case 't':
        put('t');
        break;
      default:
        put(c);
        break;
    }
  }
  return out;
}

unsigned edit_distance(std::string_view a, std::string_view b, unsigned most) {
  constexpr std::size_t width = max_letters + 1;
  a = a.substr(0, max_letters);
  b = b.substr(0, max_letters);
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > most) return most + 1;
  std::array<std::array<std::uint8_t, width>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<std::uint8_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& now = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    const auto& above2 = rows[(i + 1) % 3];
    now[0] = static_cast<std::uint8_t>(i);
    unsigned least = now[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      unsigned best = std::min({above[j] + 1U, now[j - 1] + 1U, above[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) best = std::min(best, above2[j - 2] + 1U);
      now[j] = static_cast<std::uint8_t>(best);
      least = std::min(least, best);
    }
    if (least > most) return most + 1;
  }
  const unsigned found = rows[a.size() % 3][b.size()];
  return std::min(found, most + 1);
}

}  // namespace remedium::matching
