// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why host and agent speak in frames with one letter and a length. Both sides read bytes of somebody they do not trust:
// the host those of a guest, the agent whatever a port still holds of an earlier connection. A frame has a greatest
// size, its payload is bytes and not a language, and a hello with fresh digits ends whatever was before. QEMU's guest
// agent, the alternative, answers in JSON, gives output only when a program has ended, and knows no terminal.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How a host starts programs in a virtual machine. Normative text: repo-format/guest/session.md.
/// libc only: the programs inside a qube read it.
namespace qpkg::session {

enum class Kind : char {
    hello = 'H',
    words = 'W',
    run = 'R',
    input = 'I',
    size = 'S',
    output = 'O',
    errors = 'E',
    ended = 'X',
    signal = 'G',
    // On one machine only, where open files can travel along: see repo-format/guest/place.md.
    streams = 'D',
    terminal = 'T',
    stopped = 'Z',
    mount = 'M',
    volumes = 'V',
    keep = 'K',
    quit = 'Q',
};

inline constexpr std::size_t largest_payload = 4096;
inline constexpr std::size_t largest_order = 2 * 1024 * 1024; ///< what the kernel takes, about

struct Frame {
    Kind kind;
    std::string payload;

    friend bool operator==(const Frame&, const Frame&) = default;
};

/// As many frames as the payload needs; an empty one is one frame.
std::string encode(Kind kind, std::string_view payload);

/// What each side says first.
std::string encode_hello(std::string_view digits);

/// Takes bytes as they come and gives whole frames.
class FrameReader {
public:
    void add(std::string_view bytes);
    std::optional<Frame> next();
    void clear() { bytes_.clear(); }

private:
    std::string bytes_;
};

enum class Who { user, root, agent };

struct TerminalSize {
    unsigned short rows;
    unsigned short columns;

    friend bool operator==(const TerminalSize&, const TerminalSize&) = default;
};

std::string encode_size(const TerminalSize& size);
std::optional<TerminalSize> parse_size(std::string_view text);

struct Order {
    Who who = Who::user;
    std::optional<TerminalSize> terminal{};
    std::map<std::string, std::string> environment{};
    std::vector<std::string> argv{};

    friend bool operator==(const Order&, const Order&) = default;
};

/// Error usage when a word holds a NUL or all are too long.
std::string encode_order(const Order& order);

/// Error corrupt.
Order parse_order(std::string_view bytes);

/// 0 to 255; 1 for what is none.
int parse_status(std::string_view payload);

} // namespace qpkg::session
