// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/key_file.hpp"

#include "repo-format/repo/fields.hpp"
#include "repo-format/repo/roles.hpp"
#include "signing/sodium.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace qpkg::trust {
namespace {

using canonical::Fields;
using canonical::Object;

constexpr std::size_t largest_file = 16 * 1024;
constexpr std::string_view plain = "none";
constexpr std::string_view sealed = "argon2id-secretbox";

// Of new files: about 0.15 s on an ordinary machine, which ten keys in a row can afford.
constexpr std::uint64_t new_operations = 3;
constexpr std::uint64_t new_memory = 64 * 1024 * 1024;
// Of files that are read: a damaged or planted file must not take the machine's memory.
constexpr std::uint64_t largest_operations = 64;
constexpr std::uint64_t largest_memory = 1024 * 1024 * 1024;

std::string from_hex(Fields& fields, std::string_view name, std::size_t size)
{
    const auto hex = fields.text(name);
    std::string bytes(size, '\0');
    std::size_t length = 0;
    if (hex.size() != 2 * size ||
        sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), size, hex.data(), hex.size(), nullptr, &length,
                       nullptr) != 0 ||
        length != size) {
        fields.fail(name, "expected " + std::to_string(2 * size) + " hex digits");
    }
    return bytes;
}

/// The key that encrypts the seed. A KeyFile is opened once per command, so the cost is paid once.
std::array<std::uint8_t, crypto_secretbox_KEYBYTES> derive(const std::string& passphrase, const std::string& salt,
                                                           std::uint64_t operations, std::uint64_t memory)
{
    require_sodium();
    std::array<std::uint8_t, crypto_secretbox_KEYBYTES> key{};
    if (crypto_pwhash(key.data(), key.size(), passphrase.data(), passphrase.size(), as_bytes(salt).data(), operations,
                      memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        throw Error(Code::failed, "derive a key from the passphrase: not enough memory");
    }
    return key;
}

std::string random_bytes(std::size_t size)
{
    require_sodium();
    std::string bytes(size, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

Object seal(const Seed& seed, const std::string& passphrase)
{
    const auto salt = random_bytes(crypto_pwhash_SALTBYTES);
    const auto nonce = random_bytes(crypto_secretbox_NONCEBYTES);
    auto key = derive(passphrase, salt, new_operations, new_memory);
    std::string box(crypto_secretbox_MACBYTES + seed.size(), '\0');
    crypto_secretbox_easy(reinterpret_cast<unsigned char*>(box.data()), seed.data(), seed.size(),
                          as_bytes(nonce).data(), key.data());
    wipe(key);
    return {{"protection", std::string(sealed)}, {"operations", new_operations},     {"memory", new_memory},
            {"salt", to_hex(as_bytes(salt))},    {"nonce", to_hex(as_bytes(nonce))}, {"box", to_hex(as_bytes(box))}};
}

void check_mode(const std::filesystem::path& path)
{
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        throw system_error("look at " + path.string(), errno);
    }
    if ((info.st_mode & 0077) != 0) {
        throw Error(Code::untrusted, "key file " + path.string() + ": others may read or change it",
                    "if nobody else has it: chmod 600 " + path.string() +
                        "; on a stick that keeps no modes: mount it with -o fmask=177,dmask=077");
    }
}

/// A stick or a share that knows no modes shows every file to everybody: asked before there is a secret in one.
void require_modes(const std::filesystem::path& directory)
{
    auto probe = ((directory.empty() ? "." : directory) / ".modes-XXXXXX").string();
    const Fd fd(::mkostemp(probe.data(), O_CLOEXEC));
    if (!fd) {
        throw system_error("create a file in " + directory.string(), errno);
    }
    struct stat info {};
    static_cast<void>(::fchmod(fd.get(), 0600)); // what came of it is what counts
    const bool private_file = ::fstat(fd.get(), &info) == 0 && (info.st_mode & 0077U) == 0;
    ::unlink(probe.c_str());
    if (!private_file) {
        throw Error(
            Code::unsupported,
            "write keys to " + directory.string() + ": its file system keeps no modes, so others could read them",
            "mount it so that only you can read it, for example with -o fmask=177,dmask=077, or use one with ext4");
    }
}

} // namespace

KeyFile::KeyFile(std::filesystem::path path, PublicKey public_key, bool encrypted, Box box)
    : path_(std::move(path)), public_key_(public_key), encrypted_(encrypted), box_(std::move(box))
{
}

KeyFile KeyFile::read(const std::filesystem::path& path)
{
    auto bytes = files::read(path, largest_file);
    check_mode(path);
    return with_context("key file " + path.string(), [&] {
        Fields fields(canonical::parse(bytes, largest_file), "");
        wipe(bytes);
        if (fields.text("_type") != "qpkg-key") {
            fields.fail("_type", "expected qpkg-key");
        }
        const PublicKey public_key(fields.digest("public").bytes());
        auto secret = fields.object("secret");
        const auto protection = secret.text("protection");
        if (protection == plain) {
            return KeyFile(path, public_key, false, {0, 0, {}, {}, from_hex(secret, "seed", sizeof(Seed))});
        }
        if (protection != sealed) {
            throw Error(Code::unsupported, "protection \"" + text::escaped(protection, 40) + "\" is not known");
        }
        Box box{.operations = secret.number("operations"),
                .memory = secret.number("memory"),
                .salt = from_hex(secret, "salt", crypto_pwhash_SALTBYTES),
                .nonce = from_hex(secret, "nonce", crypto_secretbox_NONCEBYTES),
                .bytes = from_hex(secret, "box", crypto_secretbox_MACBYTES + sizeof(Seed))};
        if (box.operations < crypto_pwhash_OPSLIMIT_MIN || box.operations > largest_operations ||
            box.memory < crypto_pwhash_MEMLIMIT_MIN || box.memory > largest_memory) {
            secret.fail("memory", "the cost of the passphrase is out of bounds");
        }
        return KeyFile(path, public_key, true, std::move(box));
    });
}

SecretKey KeyFile::open(const std::optional<std::string>& passphrase) const
{
    Seed seed{};
    if (!encrypted_) {
        std::ranges::copy(as_bytes(box_.bytes), seed.begin());
    } else {
        if (!passphrase) {
            throw Error(Code::usage, "key file " + path_.string() + ": needs a passphrase",
                        "use --passphrase-file FILE");
        }
        auto key = derive(*passphrase, box_.salt, box_.operations, box_.memory);
        const auto box = as_bytes(box_.bytes);
        const auto opened =
            crypto_secretbox_open_easy(seed.data(), box.data(), box.size(), as_bytes(box_.nonce).data(), key.data());
        wipe(key);
        if (opened != 0) {
            throw Error(Code::untrusted, "key file " + path_.string() + ": wrong passphrase");
        }
    }
    auto secret = SecretKey::from_seed(seed);
    wipe(seed);
    if (secret.public_key() != public_key_) {
        throw Error(Code::untrusted, "key file " + path_.string() + ": the secret belongs to another public key");
    }
    return secret;
}

void write_key_file(const std::filesystem::path& path, const SecretKey& key,
                    const std::optional<std::string>& passphrase)
{
    if (std::filesystem::exists(path)) {
        throw Error(Code::conflict,
                    "write the key file " + path.string() + ": it is there already, keys are never overwritten");
    }
    require_modes(path.parent_path());
    auto seed = key.seed();
    auto secret =
        passphrase ? seal(seed, *passphrase) : Object{{"protection", std::string(plain)}, {"seed", to_hex(seed)}};
    wipe(seed);
    auto bytes = canonical::encode(
        Object{{"_type", "qpkg-key"}, {"public", to_hex(key.public_key().bytes())}, {"secret", std::move(secret)}});
    files::write(path, bytes, 0600);
    wipe(bytes);
}

} // namespace qpkg::trust
