#include "crypto/crypto.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace remedium::crypto {
namespace {

class Crypto : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(initialise()); }
  base::SeededRandom random_{42};
};

TEST_F(Crypto, HkdfAgreesWithRfc5869WithoutSalt) {
  // RFC 5869, appendix A.3 (zero-length salt and info): the first 32 bytes of the output.
  const base::Bytes key(22, 0x0b);
  EXPECT_EQ(base::to_hex(hkdf_sha256(key, "")), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST_F(Crypto, AnEnvelopeOpensOnlyInItsPlace) {
  auto key = PersonKey::draw(random_);
  auto other = PersonKey::draw(random_);
  const auto record = base::CaseId::draw(random_);
  const auto elsewhere = base::CaseId::draw(random_);
  const Place place{record.bytes(), "events", 3};
  const std::string secret = "where she lives";
  const auto sealed = seal(key.of(base::DataClass::location), place, base::bytes_of(secret), random_);
  EXPECT_EQ(base::text_of(*open(key.of(base::DataClass::location), place, sealed)), secret);
  EXPECT_FALSE(open(key.of(base::DataClass::contact), place, sealed));
  EXPECT_FALSE(open(other.of(base::DataClass::location), place, sealed));
  EXPECT_FALSE(open(key.of(base::DataClass::location), {elsewhere.bytes(), "events", 3}, sealed));
  EXPECT_FALSE(open(key.of(base::DataClass::location), {record.bytes(), "snapshot", 3}, sealed));
  EXPECT_FALSE(open(key.of(base::DataClass::location), {record.bytes(), "events", 2}, sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto flipped = sealed;
    flipped[i] ^= 1;
    EXPECT_EQ(open(key.of(base::DataClass::location), place, flipped).error().code, "does_not_open");
    EXPECT_FALSE(open(key.of(base::DataClass::location), place, base::ByteView(sealed).first(i)));
  }
}

TEST_F(Crypto, KeyFilesAreForTheirOwnerAlone) {
  const auto folder = std::filesystem::temp_directory_path() / ("remedium-crypto-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto path = (folder / "instance.key").string();
  const auto person = base::PersonId::draw(random_);
  EXPECT_EQ(InstanceKey::load(path, "", false, random_).error().code, "no_key_file");
  const auto made = InstanceKey::load(path, "a passphrase", true, random_);
  ASSERT_TRUE(made);
  auto key = PersonKey::draw(random_);
  const auto wrapped = made->wrap(person, key, random_);
  EXPECT_EQ(InstanceKey::load(path, "another", false, random_).error().code, "wrong_passphrase");
  EXPECT_EQ(InstanceKey::load(path, "", false, random_).error().code, "passphrase_needed");
  const auto again = InstanceKey::load(path, "a passphrase", false, random_);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->unwrap(person, wrapped));
  EXPECT_FALSE(again->unwrap(base::PersonId::draw(random_), wrapped));
  chmod(path.c_str(), 0644);
  EXPECT_EQ(InstanceKey::load(path, "a passphrase", false, random_).error().code, "open_key_file");
  std::filesystem::remove_all(folder);
}

TEST_F(Crypto, TotpAgreesWithRfc6238) {
  const std::string secret = "12345678901234567890";  // RFC 6238, appendix B, last six of eight digits
  const auto bytes = base::bytes_of(secret);
  EXPECT_EQ(totp_code(bytes, 59), "287082");
  EXPECT_EQ(totp_code(bytes, 1111111109), "081804");
  EXPECT_EQ(check_totp(bytes, "287082", 59), 1);
  EXPECT_EQ(check_totp(bytes, "287082", 89), 1);
  EXPECT_FALSE(check_totp(bytes, "287082", 120));
  EXPECT_FALSE(check_totp(bytes, "", 59));
}

TEST_F(Crypto, PasswordsAndSignatures) {
  const auto hash = hash_password("correct horse");
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$"));
  EXPECT_TRUE(check_password(*hash, "correct horse"));
  EXPECT_FALSE(check_password(*hash, "correct horse "));
  const auto key = InstanceKey::draw(random_);
  const auto signer = key.signer("hold");
  const auto signature = signer.sign("barred");
  EXPECT_TRUE(verify(signer.public_key(), "barred", base::bytes_of(signature)));
  EXPECT_FALSE(verify(signer.public_key(), "Barred", base::bytes_of(signature)));
  EXPECT_FALSE(verify(key.signer("ledger").public_key(), "barred", base::bytes_of(signature)));
}

TEST_F(Crypto, HoldCodesSurviveTheTelephone) {
  for (int i = 0; i < 200; ++i) {
    const auto code = draw_hold_code(random_);
    EXPECT_EQ(normal_hold_code(code), code);
    std::string shouted = code;
    for (char& c : shouted) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(normal_hold_code(" " + shouted + " "), code);
    auto wrong = code;
    wrong[2] = wrong[2] == '0' ? '1' : '0';
    EXPECT_NE(normal_hold_code(wrong), code);
    EXPECT_FALSE(normal_hold_code(wrong)) << code;
  }
}

}  // namespace
}  // namespace remedium::crypto
