// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/times.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <charconv>

namespace qpkg {
namespace {

constexpr unsigned bits_of_checksum = 26; ///< a little more than two years of seconds

/// `count` paths that follow each other.
struct TimeRun {
    std::size_t count;
    PathTime said;
};

class TimesReader {
public:
    explicit TimesReader(std::string_view text) : rest_(text) {}

    std::vector<PathTime> read()
    {
        std::optional<PathTime> before;
        while (!rest_.empty()) {
            ++line_;
            const auto run = next_run();
            if (before == run.said) {
                fail("it goes on as the line before");
            }
            times_.insert(times_.end(), run.count, run.said);
            before = run.said;
        }
        return std::move(times_);
    }

private:
    [[noreturn]] void fail(const std::string& why) const
    {
        throw Error(Code::corrupt, "line " + std::to_string(line_) + ": " + why);
    }

    TimeRun next_run()
    {
        const auto count = number(most_times);
        if (count == 0 || count > most_times - times_.size()) {
            fail("a count of " + std::to_string(count));
        }
        expect(' ');
        TimeRun run{static_cast<std::size_t>(count), {static_cast<std::int64_t>(number(latest_time)), std::nullopt}};
        if (rest_.starts_with(' ')) {
            expect(' ');
            run.said.name_of = static_cast<std::uint32_t>(number(most_times));
            check_name(run.said);
        }
        expect('\n');
        return run;
    }

    void check_name(const PathTime& said) const
    {
        if (*said.name_of >= times_.size() || times_[*said.name_of].name_of) {
            fail("a name of what is no file before it");
        }
        if (times_[*said.name_of].seconds != said.seconds) {
            fail("another time than its file");
        }
    }

    std::uint64_t number(std::uint64_t largest)
    {
        std::uint64_t value = 0;
        const auto* const end = rest_.data() + rest_.size();
        const auto [stop, problem] = std::from_chars(rest_.data(), end, value);
        const auto length = static_cast<std::size_t>(stop - rest_.data());
        if (problem != std::errc() || value > largest || (length > 1 && rest_.front() == '0')) {
            fail("no number from 0 to " + std::to_string(largest));
        }
        rest_.remove_prefix(length);
        return value;
    }

    void expect(char separator)
    {
        if (!rest_.starts_with(separator)) {
            fail("more or less than COUNT SECONDS or COUNT SECONDS NAME-OF");
        }
        rest_.remove_prefix(1);
    }

    std::string_view rest_;
    std::size_t line_ = 0;
    std::vector<PathTime> times_;
};

std::string line_of(const TimeRun& run)
{
    auto line = std::to_string(run.count) + ' ' + std::to_string(run.said.seconds);
    if (run.said.name_of) {
        line += ' ' + std::to_string(*run.said.name_of);
    }
    return line + '\n';
}

} // namespace

std::string encode_times(std::span<const PathTime> times)
{
    std::string text;
    for (auto next = times.begin(); next != times.end();) {
        const auto end = std::find_if(next, times.end(), [&](const PathTime& other) { return !(other == *next); });
        text += line_of({static_cast<std::size_t>(end - next), *next});
        if (text.size() > largest_times) {
            throw Error(Code::no_space, "the times of its files come to more than 4 MiB");
        }
        next = end;
    }
    return text;
}

std::vector<PathTime> parse_times(std::string_view text)
{
    if (text.size() > largest_times) {
        throw Error(Code::corrupt, "larger than 4 MiB");
    }
    return TimesReader(text).read();
}

void require_fitting(std::span<const PathTime> times, std::span<const Digest> objects)
{
    if (times.size() != objects.size()) {
        throw Error(Code::corrupt, "times of " + std::to_string(times.size()) + " files, the tree has " +
                                       std::to_string(objects.size()));
    }
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (const auto first = times[i].name_of; first && objects[i] != objects[*first]) {
            throw Error(Code::corrupt, "files " + std::to_string(*first) + " and " + std::to_string(i) +
                                           " are named as one, and have different content");
        }
    }
}

std::int64_t time_of_directory(const Digest& dirtree)
{
    std::uint32_t first = 0;
    for (const auto byte : std::span(dirtree.bytes()).first(4)) {
        first = first << 8U | byte;
    }
    return directory_epoch - static_cast<std::int64_t>(first >> (32U - bits_of_checksum));
}

} // namespace qpkg
