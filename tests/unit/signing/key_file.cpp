// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/key_file.hpp"

#include "support/expect.hpp"
#include "support/site.hpp"

#include "qpkg/core/files.hpp"

#include <sys/stat.h>

using namespace qpkg;
using testing::a_key;
using trust::KeyFile;

namespace {

struct Folder {
    files::TemporaryDirectory directory{std::filesystem::temp_directory_path(), "qpkg-test-"};
    std::filesystem::path file = directory.path() / "demo.key";
};

} // namespace

TEST_CASE("a key that is written and read again signs the same")
{
    const Folder folder;
    trust::write_key_file(folder.file, a_key("demo"), std::nullopt);

    const auto read = KeyFile::read(folder.file);

    CHECK_FALSE(read.is_encrypted());
    CHECK(read.public_key() == a_key("demo").public_key());
    CHECK(read.open(std::nullopt).sign("message") == a_key("demo").sign("message"));
}

TEST_CASE("an encrypted key opens with its passphrase only, and does not hold its seed")
{
    const Folder folder;
    trust::write_key_file(folder.file, a_key("demo"), "correct horse");
    const auto read = KeyFile::read(folder.file);

    CHECK(read.is_encrypted());
    CHECK(read.open("correct horse").sign("message") == a_key("demo").sign("message"));
    CHECK_FAILS(Code::untrusted, "wrong passphrase", read.open("wrong horse"));
    CHECK_FAILS(Code::usage, "needs a passphrase", read.open(std::nullopt));
    CHECK(files::read(folder.file, 1 << 16).find(to_hex(a_key("demo").seed())) == std::string::npos);
}

TEST_CASE("bad input 69: a key file that others may read is refused")
{
    const Folder folder;
    trust::write_key_file(folder.file, a_key("demo"), std::nullopt);

    for (const mode_t mode : {0640U, 0604U, 0620U}) {
        REQUIRE(::chmod(folder.file.c_str(), mode) == 0);
        CHECK_FAILS(Code::untrusted, "others may read or change it", KeyFile::read(folder.file));
    }
}

TEST_CASE("bad input 69: a secret that was swapped for another is noticed")
{
    const Folder folder;
    trust::write_key_file(folder.file, a_key("demo"), std::nullopt);
    auto bytes = files::read(folder.file, 1 << 16);
    const auto seed = to_hex(a_key("demo").seed());
    bytes.replace(bytes.find(seed), seed.size(), to_hex(a_key("thief").seed()));
    files::write(folder.file, bytes, 0600);

    CHECK_FAILS(Code::untrusted, "belongs to another public key", KeyFile::read(folder.file).open(std::nullopt));
}

TEST_CASE("a new key file is private and never overwrites another")
{
    const Folder folder;
    trust::write_key_file(folder.file, a_key("demo"), std::nullopt);
    struct stat info {};
    REQUIRE(::stat(folder.file.c_str(), &info) == 0);

    CHECK((info.st_mode & 0777) == 0600);
    CHECK_FAILS(Code::conflict, "there already", trust::write_key_file(folder.file, a_key("other"), std::nullopt));
}

TEST_CASE("a damaged key file is refused by name and its bytes are not shown")
{
    const Folder folder;
    const auto seed = to_hex(a_key("demo").seed());
    for (const std::string& bytes :
         {std::string(), std::string("{}"), R"({"_type":"qpkg-key","public":")" + seed + R"("})",
          R"({"_type":"qpkg-key","public":")" + seed + R"(","secret":{"protection":"none","seed":"zz"}})"}) {
        files::write(folder.file, bytes, 0600);
        const auto failure = testing::failure_of([&] { KeyFile::read(folder.file); });
        REQUIRE(failure.has_value());
        CHECK(failure->code == Code::corrupt);
        CHECK(failure->message.find(seed) == std::string::npos);
    }
}

TEST_CASE("a key file cannot ask for all the memory there is")
{
    const Folder folder;
    trust::write_key_file(folder.file, a_key("demo"), "correct horse");
    auto bytes = files::read(folder.file, 1 << 16);
    bytes.replace(bytes.find("67108864"), 8, "9007199254740991");
    files::write(folder.file, bytes, 0600);

    CHECK_FAILS(Code::corrupt, "cost of the passphrase", KeyFile::read(folder.file));
}

TEST_CASE("signatures verify for their message and key only")
{
    const auto key = a_key("demo");
    auto signature = key.sign("message");

    CHECK(key.public_key().verifies(signature, "message"));
    CHECK_FALSE(key.public_key().verifies(signature, "massage"));
    CHECK_FALSE(a_key("other").public_key().verifies(signature, "message"));
    signature[63] ^= 0x80;
    CHECK_FALSE(key.public_key().verifies(signature, "message"));
}
