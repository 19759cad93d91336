// SPDX-License-Identifier: LGPL-2.1-or-later
//
// By the System V ABI (gABI 4.1, chapters 4 and 5) and the LSB's text on symbol versions (LSB Core 5.0, 10.7).
#include "build/elf.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace qpkg::build {
namespace {

constexpr std::array<std::uint8_t, 7> elf_magic{0x7f, 'E', 'L', 'F', 2, 1, 1}; ///< 64 bits, little-endian, version 1
constexpr std::size_t header_size = 64;
constexpr std::size_t program_header_size = 56;
constexpr std::size_t dynamic_size = 16;
constexpr std::size_t longest_name = 4096;
constexpr std::size_t most_names = 65536; ///< members of all tables

namespace file_type {
constexpr std::uint16_t executable = 2;
constexpr std::uint16_t shared = 3;
} // namespace file_type

namespace segment_type {
constexpr std::uint32_t load = 1;
constexpr std::uint32_t dynamic = 2;
} // namespace segment_type

namespace tag {
constexpr std::uint64_t end = 0;
constexpr std::uint64_t needed = 1; ///< the one that is there several times
constexpr std::uint64_t strings = 5;
constexpr std::uint64_t strings_size = 10;
constexpr std::uint64_t soname = 14;
constexpr std::uint64_t definitions = 0x6ffffffc;
constexpr std::uint64_t definition_count = 0x6ffffffd;
constexpr std::uint64_t needs = 0x6ffffffe;
constexpr std::uint64_t need_count = 0x6fffffff;
constexpr std::array<std::uint64_t, 7> single{strings,          strings_size, soname,    definitions,
                                              definition_count, needs,        need_count};
} // namespace tag

constexpr std::uint16_t base_flag = 1; ///< of a definition that names the library itself
constexpr std::uint16_t weak_flag = 2;

Error broken_elf(const std::string& what) { return {Code::corrupt, "an ELF file " + what}; }

std::uint16_t machine_of(const Arch& arch) { return arch.text() == "aarch64" ? 183 : 62; }

class ElfReader {
public:
    explicit ElfReader(std::span<const std::uint8_t> file) : file_(file) {}

    template <class Number>
    Number number(std::uint64_t offset) const
    {
        if (offset > file_.size() || file_.size() - offset < sizeof(Number)) {
            throw broken_elf("that ends too early");
        }
        Number value = 0;
        for (std::size_t i = sizeof value; i > 0; --i) {
            value = static_cast<Number>((std::uint64_t{value} << 8U) | file_[offset + i - 1]);
        }
        return value;
    }

    ElfNames names()
    {
        read_segments();
        if (!dynamic_) {
            return {}; // static
        }
        read_dynamic();
        for (const auto at : needed_) {
            step();
            names_.taken.insert({string(at)});
        }
        if (entries_.contains(tag::soname)) {
            library_ = string(entry(tag::soname));
            names_.given.insert({library_});
        }
        if (entries_.contains(tag::definitions)) {
            read_definitions();
        }
        if (entries_.contains(tag::needs)) {
            read_needs();
        }
        return std::move(names_);
    }

private:
    struct Segment {
        std::uint64_t offset;
        std::uint64_t address;
        std::uint64_t size; ///< bytes in the file
    };

    void read_segments()
    {
        const auto table = number<std::uint64_t>(32);
        const auto count = number<std::uint16_t>(56);
        if (count > 0 && number<std::uint16_t>(54) != program_header_size) {
            throw broken_elf("with program headers of another size");
        }
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto at = table + i * program_header_size;
            const Segment segment{number<std::uint64_t>(at + 8), number<std::uint64_t>(at + 16),
                                  number<std::uint64_t>(at + 32)};
            const auto type = number<std::uint32_t>(at);
            if (type == segment_type::load) {
                loads_.push_back(segment);
            } else if (type == segment_type::dynamic) {
                dynamic_ = segment;
            }
        }
    }

    void read_dynamic()
    {
        for (std::uint64_t i = 0; i < dynamic_->size / dynamic_size; ++i) {
            const auto at = dynamic_->offset + i * dynamic_size;
            const auto found = number<std::uint64_t>(at);
            if (found == tag::end) {
                break;
            }
            if (found == tag::needed) {
                needed_.push_back(number<std::uint64_t>(at + 8));
            } else if (std::ranges::find(tag::single, found) != tag::single.end()) {
                entries_[found] = number<std::uint64_t>(at + 8);
            }
        }
        if (entries_.contains(tag::strings)) {
            strings_ = offset_of(entry(tag::strings));
        }
    }

    std::uint64_t entry(std::uint64_t wanted) const
    {
        const auto found = entries_.find(wanted);
        return found == entries_.end() ? 0 : found->second;
    }

    /// Where in the file an address is.
    std::uint64_t offset_of(std::uint64_t address) const
    {
        for (const auto& segment : loads_) {
            if (address >= segment.address && address - segment.address < segment.size) {
                return segment.offset + (address - segment.address);
            }
        }
        throw broken_elf("that points outside itself");
    }

    std::string string(std::uint64_t at) const
    {
        std::string found;
        const auto end = entry(tag::strings_size);
        for (;; ++at) {
            if (at >= end || found.size() > longest_name) {
                throw broken_elf("with a name that has no end");
            }
            const auto c = number<std::uint8_t>(strings_ + at);
            if (c == 0) {
                break;
            }
            found += static_cast<char>(c);
        }
        if (found.empty()) {
            throw broken_elf("with an empty name");
        }
        return found;
    }

    /// Tables are lists whose members say where the next one is: they may say so for ever.
    void step()
    {
        if (++steps_ > most_names) {
            throw broken_elf("with too many names");
        }
    }

    void read_definitions()
    {
        auto at = offset_of(entry(tag::definitions));
        for (auto left = entry(tag::definition_count); left > 0; --left) {
            step();
            const auto flags = number<std::uint16_t>(at + 2);
            if ((flags & base_flag) == 0 && !library_.empty()) {
                const auto first = at + number<std::uint32_t>(at + 12); // those behind it are what it follows
                names_.given.insert({library_, string(number<std::uint32_t>(first))});
            }
            const auto next = number<std::uint32_t>(at + 16);
            if (next == 0) {
                return;
            }
            at += next;
        }
    }

    void read_needs()
    {
        auto at = offset_of(entry(tag::needs));
        for (auto left = entry(tag::need_count); left > 0; --left) {
            step();
            read_versions(at, string(number<std::uint32_t>(at + 4)));
            const auto next = number<std::uint32_t>(at + 12);
            if (next == 0) {
                return;
            }
            at += next;
        }
    }

    void read_versions(std::uint64_t need, const std::string& library)
    {
        auto at = need + number<std::uint32_t>(need + 8);
        for (auto left = number<std::uint16_t>(need + 2); left > 0; --left) {
            step();
            if ((number<std::uint16_t>(at + 4) & weak_flag) == 0) {
                names_.taken.insert({library, string(number<std::uint32_t>(at + 8))});
            }
            const auto next = number<std::uint32_t>(at + 12);
            if (next == 0) {
                return;
            }
            at += next;
        }
    }

    std::span<const std::uint8_t> file_;
    std::vector<Segment> loads_;
    std::optional<Segment> dynamic_;
    std::vector<std::uint64_t> needed_;
    std::map<std::uint64_t, std::uint64_t> entries_; ///< of the dynamic section
    std::uint64_t strings_ = 0;                      ///< where they begin
    std::string library_;
    std::size_t steps_ = 0;
    ElfNames names_;
};

} // namespace

std::optional<ElfNames> read_elf(std::span<const std::uint8_t> file, const Arch& arch)
{
    if (file.size() < header_size || !std::ranges::equal(file.first(elf_magic.size()), elf_magic)) {
        return std::nullopt;
    }
    ElfReader reader(file);
    const auto type = reader.number<std::uint16_t>(16);
    if ((type != file_type::executable && type != file_type::shared) ||
        reader.number<std::uint16_t>(18) != machine_of(arch)) {
        return std::nullopt;
    }
    return reader.names();
}

} // namespace qpkg::build
