// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/lock.hpp"

#include "build/recipe.hpp"

#include "qpkg/core/redaction.hpp"
#include "qpkg/core/text.hpp"
#include "qpkg/core/word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace qpkg::build {
namespace {

constexpr std::string_view magic = "qpkg-lock ";
constexpr std::string_view number = "1";
constexpr std::size_t longest_version = 128;
constexpr std::size_t longest_arch = 32;
constexpr std::size_t longest_uri = 1024;
constexpr std::size_t package_words = 7;

/// What any distribution may call a version.
bool is_version(std::string_view word) { return text::is_word(word, longest_version, ".+~^:_-"); }

bool has_secret(std::string_view uri) { return redacted(uri) != uri; }

bool is_uri(std::string_view text)
{
    return text.size() > 1 && text.size() <= longest_uri && text.find(':') != std::string_view::npos &&
           text.front() != '-' && !has_secret(text) &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// The lines of a lock file, with words for what is wrong and where.
class Lines {
public:
    Lines(std::string_view text, std::string_view file) : rest_(text), file_(file) {}

    bool at_end() const { return rest_.empty(); }

    std::vector<std::string> next(std::string_view expected)
    {
        ++line_;
        const auto end = rest_.find('\n');
        if (end == std::string_view::npos) {
            fail(expected);
        }
        const auto line = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return text::split(line, ' ');
    }

    [[noreturn]] void fail(std::string_view expected) const
    {
        throw Error(Code::corrupt, fmt::format("{}:{}: expected {}", file_, line_, expected));
    }

    template <class Number>
    Number number(const std::string& word, std::string_view expected) const
    {
        Number value = 0;
        const auto* end = word.data() + word.size();
        const auto result = std::from_chars(word.data(), end, value);
        const bool has_zero_ahead = word.size() > 1 && word.front() == '0';
        if (result.ec != std::errc() || result.ptr != end || has_zero_ahead || word.starts_with('-')) {
            fail(expected);
        }
        return value;
    }

private:
    std::string_view rest_;
    std::string_view file_;
    std::size_t line_ = 0;
};

LockedPackage parse_package(Lines& lines)
{
    constexpr std::string_view expected = "package NAME VERSION ARCH SHA256 SIZE URI";
    const auto words = lines.next(expected);
    if (words.size() != package_words || words[0] != "package" || !is_package_name(words[1]) || !is_version(words[2]) ||
        !text::is_word(words[3], longest_arch, "_") || !is_uri(words[6])) {
        lines.fail(expected);
    }
    const auto sha256 = Digest::from_hex(words[4]);
    if (!sha256) {
        lines.fail("a sha256 of 64 lower-case hex digits as fifth word");
    }
    return {{words[1], words[2], words[3], *sha256},
            lines.number<std::uint64_t>(words[5], "the size in bytes as sixth word"),
            words[6]};
}

bool comes_before(const LockedPackage& a, const LockedPackage& b)
{
    return std::tie(a.package.name, a.package.arch) < std::tie(b.package.name, b.package.arch);
}

} // namespace

std::string encode_lock(Lock lock)
{
    std::ranges::sort(lock.packages, comes_before);
    auto text = fmt::format("{}{}\nbase {} {}\nepoch {}\n", magic, number, lock.base.text(), lock.base_commit.hex(),
                            lock.epoch);
    for (const auto& [package, size, uri] : lock.packages) {
        if (has_secret(uri)) {
            throw Error(Code::usage, "lock package " + package.name + ": its address " + redacted(uri) +
                                         " has a password or a token, and lock files are published");
        }
        text += fmt::format("package {} {} {} {} {} {}\n", package.name, package.version, package.arch,
                            package.sha256.hex(), size, uri);
    }
    return text;
}

Lock parse_lock(std::string_view text, std::string_view file)
{
    if (text.size() > largest_lock) {
        throw Error(Code::corrupt, fmt::format("{}: larger than {} bytes", file, largest_lock));
    }
    const auto first_line = text.substr(0, text.find('\n'));
    if (first_line != text && first_line.starts_with(magic) && first_line.substr(magic.size()) != number) {
        throw Error(Code::unsupported,
                    fmt::format("{}: a lock file of another format, expected {}{}", file, magic, number));
    }
    Lines lines(text, file);
    if (lines.next("qpkg-lock 1") != std::vector<std::string>{"qpkg-lock", "1"}) {
        lines.fail("qpkg-lock 1");
    }
    const auto base = lines.next("base NAME COMMIT");
    const auto id = base.size() == 3 && base[0] == "base" ? BaseId::parse(base[1]) : std::nullopt;
    const auto commit = id ? CommitId::from_hex(base[2]) : std::nullopt;
    if (!commit) {
        lines.fail("base NAME COMMIT");
    }
    const auto epoch = lines.next("epoch SECONDS");
    if (epoch.size() != 2 || epoch[0] != "epoch") {
        lines.fail("epoch SECONDS");
    }
    Lock lock{*id, *commit, lines.number<std::int64_t>(epoch[1], "epoch SECONDS"), {}};
    do {
        auto package = parse_package(lines);
        if (!lock.packages.empty() && !comes_before(lock.packages.back(), package)) {
            lines.fail("packages in ascending order, each once");
        }
        lock.packages.push_back(std::move(package));
    } while (!lines.at_end());
    return lock;
}

} // namespace qpkg::build
