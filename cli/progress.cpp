// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/progress.hpp"

#include "cli/page.hpp"
#include "cli/terminal.hpp"

#include "qpkg/core/text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>

namespace qpkg::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t roomy = 70; ///< columns of a window in which a long bar leaves room for a subject

/// What both renderers need to know of the stage that runs.
struct Stage {
    std::string name;
    std::string subject;
    std::uint64_t total = 0;
    std::uint64_t amount = 0;
    Clock::time_point begun = Clock::now();

    /// Seconds, from the pace so far; nothing while that says little.
    std::optional<std::uint64_t> seconds_left() const
    {
        const auto seconds = std::chrono::duration<double>(Clock::now() - begun).count();
        if (total == 0 || amount == 0 || amount >= total || seconds < 2) {
            return std::nullopt;
        }
        return static_cast<std::uint64_t>(seconds * static_cast<double>(total - amount) / static_cast<double>(amount));
    }
};

/// "1:05 left", "2:00:10 left".
std::string time_left(std::uint64_t seconds)
{
    const auto minutes = seconds / 60;
    return minutes < 60 ? fmt::format("{}:{:02} left", minutes, seconds % 60)
                        : fmt::format("{}:{:02}:{:02} left", minutes / 60, minutes % 60, seconds % 60);
}

void write_quietly(int fd, std::string_view words) { (void)!::write(fd, words.data(), words.size()); }

/// Stage, subject and what there is to say of them. Where they do not fit, the subject is cut, then the rest: a line
/// that the terminal broke could not be drawn again.
std::string line_of(const Stage& stage, std::string_view words, std::size_t columns, const Page& page)
{
    auto subject = shown_on(page, with_short_digests(stage.subject));
    const auto behind = words.empty() ? std::string() : "  " + shown_on(page, words);
    const auto before = fmt::format("  {:<8} ", stage.name);
    const auto needed = before.size() + width(behind);
    if (columns > 0 && needed + width(subject) > columns) {
        subject = cut(subject, columns > needed ? columns - needed : 0, page);
    }
    return columns > 0 ? cut(before + subject + behind, columns, page) : before + subject + behind;
}

class LineProgress final : public Progress {
public:
    void begin(std::string_view stage, std::string_view subject, std::uint64_t) noexcept override
    {
        stage_ = {std::string(stage), std::string(subject), 0, 0, Clock::now()};
    }
    void advance(std::uint64_t) noexcept override {}
    void end(std::string_view summary) noexcept override { write_quietly(2, line_of(stage_, summary, 0, {}) + '\n'); }

private:
    Stage stage_;
};

class Bar final : public Progress {
public:
    void begin(std::string_view stage, std::string_view subject, std::uint64_t total) noexcept override
    {
        stage_ = {std::string(stage), std::string(subject), total, 0, Clock::now()};
        draw();
    }

    void advance(std::uint64_t amount) noexcept override
    {
        stage_.amount += amount;
        if (Clock::now() - drawn_ > std::chrono::milliseconds(100)) {
            draw();
        }
    }

    void end(std::string_view summary) noexcept override
    {
        const auto page = page_of(2);
        write_quietly(2, "\r\x1b[K" + line_of(stage_, summary, page.columns, page) + '\n');
    }

private:
    void draw() noexcept
    {
        drawn_ = Clock::now();
        const auto page = page_of(2);
        std::string bar;
        if (stage_.total > 0) {
            const std::uint64_t cells = page.columns < roomy ? 10 : 24;
            const auto full = std::min(cells, stage_.amount * cells / stage_.total);
            const auto percent = std::min<std::uint64_t>(100, stage_.amount * 100 / stage_.total);
            bar = fmt::format("[{:#<{}}{:.<{}}] {:3}%", "", full, "", cells - full, percent);
            if (const auto left = stage_.seconds_left()) {
                bar += "  " + time_left(*left);
            }
        } else if (stage_.amount > 0) {
            bar = text::human_size(stage_.amount);
        }
        // One column stays free: behind the last one some terminals go on in the next line.
        write_quietly(2, "\r\x1b[K" + line_of(stage_, bar, page.columns - 1, page));
    }

    Stage stage_;
    Clock::time_point drawn_;
};

class JsonLines final : public Progress {
public:
    explicit JsonLines(int fd) : fd_(fd) {}

    void begin(std::string_view stage, std::string_view subject, std::uint64_t total) noexcept override
    {
        stage_ = {std::string(stage), std::string(subject), total, 0, Clock::now()};
        say("begin", {});
    }

    void advance(std::uint64_t amount) noexcept override
    {
        stage_.amount += amount;
        if (Clock::now() - said_ > std::chrono::milliseconds(200)) {
            say("advance", {});
        }
    }

    void end(std::string_view summary) noexcept override { say("end", summary); }

private:
    // Stage names and subjects are ids of ours, but a summary may quote anything: escaped() leaves printable ASCII, and
    // the two characters JSON would still trip over are replaced.
    static std::string quoted(std::string_view words)
    {
        auto safe = text::escaped(words);
        std::replace(safe.begin(), safe.end(), '"', '\'');
        std::replace(safe.begin(), safe.end(), '\\', '/');
        return '"' + safe + '"';
    }

    void say(std::string_view event, std::string_view summary) noexcept
    {
        said_ = Clock::now();
        write_quietly(fd_, fmt::format(R"({{"event":"{}","stage":{},"subject":{},"amount":{},"total":{},"summary":{}}})"
                                       "\n",
                                       event, quoted(stage_.name), quoted(stage_.subject), stage_.amount, stage_.total,
                                       quoted(summary)));
    }

    int fd_;
    Stage stage_;
    Clock::time_point said_;
};

} // namespace

std::unique_ptr<Progress> make_progress(const Options& options)
{
    if (options.progress_fd >= 0) {
        return std::make_unique<JsonLines>(options.progress_fd);
    }
    if (options.quiet) {
        return std::make_unique<NoProgress>();
    }
    const char* const kind = std::getenv("TERM");
    const bool can_redraw = kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
    if (is_terminal(2) && can_redraw && !options.no_color) {
        return std::make_unique<Bar>();
    }
    return std::make_unique<LineProgress>();
}

} // namespace qpkg::cli
