#include "base/codes.h"

#include <bitset>

namespace remedium::base {

namespace {

/// ISO 3166-1 alpha-2 as assigned, two letters each, and XK.
constexpr std::string_view assigned_codes =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCN"
    "COCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHM"
    "HNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMK"
    "MLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURW"
    "SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVI"
    "VNVUWFWSXKYEYTZAZMZW";

const std::bitset<country_count>& assigned() {
  static const auto set = [] {
    std::bitset<country_count> bits;
    for (std::size_t i = 0; i + 1 < assigned_codes.size(); i += 2)
      bits.set(Country::parse(assigned_codes.substr(i, 2))->index());
    return bits;
  }();
  return set;
}

/// Every two-letter code, one after the other: "AAABAC…".
const std::string& all_codes() {
  static const auto text = [] {
    std::string codes;
    for (char first = 'A'; first <= 'Z'; ++first) {
      for (char second = 'A'; second <= 'Z'; ++second) codes.append({first, second});
    }
    return codes;
  }();
  return text;
}

}  // namespace

std::string_view Country::code() const {
  return std::string_view(all_codes()).substr(std::size_t{index_} * 2, 2);
}

bool is_assigned(Country country) {
  return assigned()[country.index()];
}

}  // namespace remedium::base
