// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/place.hpp"

#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"

#include <charconv>
#include <csignal>

namespace qpkg::session {
namespace {

constexpr std::string_view for_the_job = " job";
constexpr std::string_view coming_word = "volume ";
constexpr std::string_view slot_word = "slot ";

std::optional<StreamSource> source_of(char letter)
{
    for (const auto source : {StreamSource::given, StreamSource::own_terminal, StreamSource::nothing}) {
        if (letter == static_cast<char>(source)) {
            return source;
        }
    }
    return std::nullopt;
}

std::optional<Keys> keys_of(char letter)
{
    for (const auto keys : {Keys::passed_on, Keys::kept}) {
        if (letter == static_cast<char>(keys)) {
            return keys;
        }
    }
    return std::nullopt;
}

void add_line(VolumeList& list, std::string_view line)
{
    if (line.starts_with(coming_word)) {
        const auto volume = VolumeId::from_hex(line.substr(coming_word.size()));
        if (!volume) {
            throw Error(Code::corrupt, "the list of volumes: no volume");
        }
        list.coming.push_back(*volume);
        return;
    }
    if (!line.starts_with(slot_word)) {
        throw Error(Code::corrupt, "the list of volumes: a line of no kind");
    }
    list.slots.push_back(parse_slot(line.substr(slot_word.size())));
}

} // namespace

bool ProgramStreams::has_terminal() const noexcept
{
    return input == StreamSource::own_terminal || output == StreamSource::own_terminal ||
           errors == StreamSource::own_terminal;
}

std::string encode_streams(const ProgramStreams& streams)
{
    return {static_cast<char>(streams.input), static_cast<char>(streams.output), static_cast<char>(streams.errors),
            static_cast<char>(streams.keys)};
}

std::optional<ProgramStreams> parse_streams(std::string_view payload)
{
    if (payload.size() != 4) {
        return std::nullopt;
    }
    const auto input = source_of(payload[0]);
    const auto output = source_of(payload[1]);
    const auto errors = source_of(payload[2]);
    const auto keys = keys_of(payload[3]);
    return input && output && errors && keys ? std::optional(ProgramStreams{*input, *output, *errors, *keys})
                                             : std::nullopt;
}

std::string encode_signal(const Signal& signal)
{
    return std::to_string(signal.number) + std::string(signal.reach == Reach::whole_job ? for_the_job : "");
}

std::optional<Signal> parse_signal(std::string_view payload)
{
    auto reach = Reach::program_alone;
    if (payload.ends_with(for_the_job)) {
        payload.remove_suffix(for_the_job.size());
        reach = Reach::whole_job;
    }
    int number = 0;
    const auto* const end = payload.data() + payload.size();
    const auto [stop, error] = std::from_chars(payload.data(), end, number);
    const bool is_signal = error == std::errc{} && stop == end && number > 0 && number <= SIGRTMAX;
    return is_signal ? std::optional(Signal{number, reach}) : std::nullopt;
}

std::string encode_volumes(const VolumeList& list)
{
    std::string text;
    for (const auto& volume : list.coming) {
        text.append(coming_word).append(volume.hex()) += '\n';
    }
    for (const auto& slot : list.slots) {
        text.append(slot_word).append(encode_slot(slot)) += '\n';
    }
    return text;
}

VolumeList parse_volumes(std::string_view bytes)
{
    VolumeList list;
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        if (end == std::string_view::npos) {
            throw Error(Code::corrupt, "the list of volumes is cut");
        }
        add_line(list, bytes.substr(0, end));
        bytes.remove_prefix(end + 1);
    }
    return list;
}

} // namespace qpkg::session
