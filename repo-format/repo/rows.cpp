// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/rows.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <cstring>

namespace qpkg::rows {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_plain(char c) { return c >= 0x21 && c <= 0x7e && c != '%'; }

/// What stands between two tabs as it is, its one spelling.
std::string decoded(std::string_view field)
{
    std::string raw;
    while (!field.empty()) {
        if (is_plain(field.front())) {
            raw += field.front();
            field.remove_prefix(1);
            continue;
        }
        const auto high = field.size() < 3 ? std::string_view::npos : hex_digits.find(field[1]);
        const auto low = field.size() < 3 ? std::string_view::npos : hex_digits.find(field[2]);
        if (field.front() != '%' || high == std::string_view::npos || low == std::string_view::npos) {
            throw Error(Code::corrupt, "a byte that is not written as % and two of 0-9 A-F");
        }
        const auto byte = static_cast<char>(high << 4U | low);
        if (is_plain(byte)) {
            throw Error(Code::corrupt, "a byte is written as % that stands for itself");
        }
        raw += byte;
        field.remove_prefix(3);
    }
    return raw;
}

std::vector<std::string> fields_of(std::string_view row)
{
    if (row.empty() || row.size() > longest_row) {
        throw Error(Code::corrupt, row.empty() ? "an empty row" : "the row is too long");
    }
    auto fields = text::split(row, '\t');
    for (auto& field : fields) {
        field = decoded(field);
    }
    return fields;
}

std::string_view take_line(std::string_view& bytes)
{
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) {
        throw Error(Code::corrupt, "the last line has no end");
    }
    const auto line = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    return line;
}

void check_first(std::string_view line, std::string_view kind, std::uint64_t version)
{
    const auto expected = std::string(kind) + '\t';
    if (!line.starts_with(expected)) {
        throw Error(Code::corrupt, "expected " + std::string(kind));
    }
    if (line.substr(expected.size()) != std::to_string(version)) {
        throw Error(Code::unsupported, "version " + text::escaped(line.substr(expected.size()), 20) +
                                           " is not known, this qpkg reads " + std::to_string(version));
    }
}

void check_size(std::size_t size, std::string_view kind, std::size_t cap)
{
    if (size > cap) {
        throw Error(Code::no_space,
                    std::string(kind) + ": " + std::to_string(size) + " bytes, allowed are " + std::to_string(cap));
    }
}

} // namespace

std::string encoded(std::string_view raw)
{
    std::string field;
    for (const char c : raw) {
        if (is_plain(c)) {
            field += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        field += {'%', hex_digits[byte >> 4U], hex_digits[byte & 15U]};
    }
    return field;
}

std::string row(std::span<const std::string> fields)
{
    std::string line;
    for (const auto& field : fields) {
        line += (line.empty() ? "" : "\t") + encoded(field);
    }
    if (line.size() > longest_row) {
        throw Error(Code::no_space, "a row of " + std::to_string(line.size()) + " bytes, allowed are " +
                                        std::to_string(longest_row) + ": " + text::escaped(line, 80));
    }
    return line;
}

std::string table(std::string_view kind, std::uint64_t version, std::vector<std::string> rows, std::size_t cap)
{
    std::ranges::sort(rows);
    const auto doubles = std::ranges::unique(rows);
    rows.erase(doubles.begin(), doubles.end());
    auto bytes = std::string(kind) + '\t' + std::to_string(version) + '\n';
    for (const auto& row : rows) {
        bytes += row;
        bytes += '\n';
    }
    check_size(bytes.size(), kind, cap);
    return bytes;
}

void read(std::string_view bytes, std::string_view kind, std::uint64_t version, std::size_t cap,
          const std::function<void(std::span<const std::string>)>& take)
{
    check_size(bytes.size(), kind, cap);
    std::size_t line = 0;
    const auto here = [&](const auto& step) {
        ++line;
        with_context(std::string(kind) + ", line " + std::to_string(line), step);
    };
    here([&] { check_first(take_line(bytes), kind, version); });
    for (std::string_view before; !bytes.empty();) {
        here([&] {
            const auto row = take_line(bytes);
            if (!before.empty() && row <= before) {
                throw Error(Code::corrupt, "the rows are not in ascending order");
            }
            take(fields_of(row));
            before = row;
        });
    }
}

void holding(std::string_view bytes, std::string_view field,
             const std::function<void(std::span<const std::string>)>& take)
{
    const auto key = '\t' + encoded(field);
    for (std::size_t from = 0; from < bytes.size();) {
        // memmem, for string_view::find stops at each tab
        const auto* found =
            static_cast<const char*>(::memmem(bytes.data() + from, bytes.size() - from, key.data(), key.size()));
        if (found == nullptr) {
            return;
        }
        const auto at = static_cast<std::size_t>(found - bytes.data());
        const auto behind = at + key.size();
        from = behind;
        if (behind == bytes.size() || bytes[behind] == '\t' || bytes[behind] == '\n') {
            const auto start = bytes.rfind('\n', at) + 1; // of the first line, which has none before it, 0
            const auto end = std::min(bytes.find('\n', behind), bytes.size());
            take(fields_of(bytes.substr(start, end - start)));
            from = end; // once, though it has the field twice
        }
    }
}

} // namespace qpkg::rows
