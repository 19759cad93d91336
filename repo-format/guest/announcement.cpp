// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/announcement.hpp"

#include "repo-format/guest/app_names.hpp"
#include "repo-format/guest/exports.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace qpkg {
namespace {

constexpr std::size_t longest_version = 400;
constexpr std::string_view private_view = "private";
constexpr std::string_view whole_view = "whole";
constexpr std::string_view extends_mark = "extends:";
constexpr std::string_view base_mark = "base:"; ///< no kind of export is called so
constexpr std::string_view in_use_word = "in-use ";
constexpr std::size_t longest_disk = 32;

bool is_version(std::string_view text)
{
    return !text.empty() && text.size() <= longest_version &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// "+hello.service" is confined, "!hello.service" has the rights of its own unit.
constexpr char confined_mark = '+';
constexpr char own_mark = '!';

std::string word_for(const AllowedService& service)
{
    return ' ' + std::string(1, service.rights == ServiceRights::own ? own_mark : confined_mark) + service.name;
}

/// "@7" is the turn in which an app is asked for names.
constexpr char turn_mark = '@';

bool is_of_name(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

std::string view_word(const VolumeSlot& slot)
{
    return slot.extends ? std::string(extends_mark) + slot.extends->text()
                        : std::string(slot.is_whole ? whole_view : private_view);
}

Error broken(std::string_view what) { return {Code::corrupt, "the line of a volume: " + std::string(what)}; }

/// Only what people type and click can be added to what a module exports.
bool can_be_added(const AppId& app, const NameRuling& ruling)
{
    const bool is_theirs = ruling.key.kind == ExportKind::command || ruling.key.kind == ExportKind::desktop;
    return is_theirs && !complaint_about(app, {.kind = ruling.key.kind, .name = ruling.key.name, .path = ruling.path});
}

bool can_be_ruled(const AppId& app, const NameRuling& ruling)
{
    return is_export_name(ruling.key.name) && (ruling.instead.empty() || is_export_name(ruling.instead)) &&
           (ruling.path.empty() || can_be_added(app, ruling));
}

/// "command:hello", "command:hello=other", "command:hello:/usr/bin/hello", "command:hello=other:/usr/bin/hello".
std::string word_of(const NameRuling& ruling)
{
    auto word = std::string(word_of(ruling.key.kind)).append(":").append(ruling.key.name);
    if (!ruling.instead.empty()) {
        word.append("=").append(ruling.instead);
    }
    return ruling.path.empty() ? word : word.append(":").append(ruling.path);
}

NameRuling parse_ruling(const AppId& app, std::string_view word)
{
    const auto colon = std::min(word.find(':'), word.size());
    const auto kind = kind_named(word.substr(0, colon));
    if (!kind || colon == word.size()) {
        throw broken("a word after the root is neither KIND:NAME nor a service");
    }
    auto names = word.substr(colon + 1);
    const auto path = std::min(names.find(':'), names.size());
    const auto is_added = path < names.size();
    NameRuling ruling{{*kind, ""}, "", is_added ? std::string(names.substr(path + 1)) : std::string()};
    names = names.substr(0, path);
    const auto equals = std::min(names.find('='), names.size());
    ruling.key.name = names.substr(0, equals);
    if (equals < names.size()) {
        ruling.instead = names.substr(equals + 1);
    }
    if (!can_be_ruled(app, ruling) || (equals < names.size() && ruling.instead.empty()) ||
        (is_added && ruling.path.empty())) {
        throw broken("a word after the root holds what is no name");
    }
    return ruling;
}

/// A kind begins with a letter, so a mark says which of both a word is.
bool is_of_service(std::string_view word) { return word.starts_with(confined_mark) || word.starts_with(own_mark); }

AllowedService parse_service(std::string_view word)
{
    const auto name = word.substr(1);
    const bool is_first_start = name == first_start_consent && word.front() == confined_mark;
    if (!is_first_start && (!is_export_name(name) || complaint_about_service(name))) {
        throw broken("a word after the root names what is no service");
    }
    return {std::string(name), word.front() == own_mark ? ServiceRights::own : ServiceRights::confined};
}

std::uint64_t parse_turn(std::string_view word)
{
    std::uint64_t turn = 0;
    const auto digits = word.substr(1);
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), turn);
    if (failure != std::errc() || end != digits.data() + digits.size() || digits.front() == '0') {
        throw broken("a word after the root begins with @ and is no turn");
    }
    return turn;
}

/// The base of the view: before all else that follows the root.
void set_base(VolumeSlot& slot, std::string_view word)
{
    const auto base = VolumeId::from_hex(word.substr(base_mark.size()));
    if (!base || slot.base || slot.turn != 0 || !slot.rulings.empty() || !slot.services.empty()) {
        throw broken("the base of a view is not the first word after the root, or not 64 lower-case hex digits");
    }
    slot.base = base;
}

void add_ruling(VolumeSlot& slot, std::string_view word)
{
    auto ruling = parse_ruling(slot.app, word);
    if (!slot.services.empty()) {
        throw broken("a word of a name comes after one of a service");
    }
    if (!slot.rulings.empty() && !(slot.rulings.back().key < ruling.key)) {
        throw broken("the words of names are not in ascending order");
    }
    slot.rulings.push_back(std::move(ruling));
}

void add_service(VolumeSlot& slot, std::string_view word)
{
    auto service = parse_service(word);
    if (!slot.services.empty() && !(slot.services.back().name < service.name)) {
        throw broken("the services are not in ascending order");
    }
    slot.services.push_back(std::move(service));
    if (slot.services.size() > most_allowed_services) {
        throw broken("more services than " + std::to_string(most_allowed_services));
    }
}

/// What follows the root: each word has a blank before it.
void add_words(VolumeSlot& slot, std::string_view words)
{
    while (!words.empty()) {
        words.remove_prefix(1);
        const auto end = std::min(words.find(' '), words.size());
        const auto word = words.substr(0, end);
        words.remove_prefix(end);
        if (word.starts_with(base_mark)) {
            set_base(slot, word);
        } else if (word.starts_with(turn_mark)) {
            if (slot.turn != 0 || !slot.rulings.empty() || !slot.services.empty()) {
                throw broken("a turn is not the first word after the root");
            }
            slot.turn = parse_turn(word);
        } else if (is_of_service(word)) {
            add_service(slot, word);
        } else {
            add_ruling(slot, word);
        }
    }
}

} // namespace

std::string encode_slot(const VolumeSlot& slot)
{
    if (!is_version(slot.version)) {
        throw Error(Code::usage, "the version of " + slot.app.text() + " holds a blank or is not printable ASCII");
    }
    auto line = slot.app.text() + ' ' + slot.version + ' ' + view_word(slot) + ' ' + slot.volume.hex();
    if (slot.base) {
        line += ' ' + std::string(base_mark) + slot.base->hex();
    }
    if (slot.turn != 0) {
        line += ' ' + std::string(1, turn_mark) + std::to_string(slot.turn);
    }
    for (const auto& ruling : slot.rulings) {
        if (!can_be_ruled(slot.app, ruling)) {
            throw Error(Code::usage, "\"" + ruling.key.name + "\" of " + slot.app.text() + " is no name of an export");
        }
        line += ' ' + word_of(ruling);
    }
    for (const auto& service : slot.services) {
        line += word_for(service);
    }
    if (line.size() > longest_slot) {
        throw Error(Code::unsupported,
                    "a qube can be told " + std::to_string(longest_slot) + " bytes of an app, and the services of " +
                        slot.app.text() +
                        " that may start and the names that it does not get or has otherwise take more",
                    "let it have its names (--prefer), or put it into a qube of its own");
    }
    return line;
}

VolumeSlot parse_slot(std::string_view line)
{
    if (line.size() > longest_slot) {
        throw broken("longer than " + std::to_string(longest_slot) + " bytes");
    }
    std::array<std::string_view, 4> parts;
    for (auto& part : parts) {
        const bool is_last = &part == &parts.back();
        const auto end = is_last ? std::min(line.find(' '), line.size()) : line.find(' ');
        if (end == std::string_view::npos) {
            throw broken("expected app id, version, view and root");
        }
        part = line.substr(0, end);
        line.remove_prefix(is_last ? end : end + 1);
    }
    const auto app = AppId::parse(parts[0]);
    const auto volume = VolumeId::from_hex(parts[3]);
    if (!app) {
        throw broken("the first word is no app id");
    }
    if (!is_version(parts[1])) {
        throw broken("the second word is no version");
    }
    const bool extends = parts[2].starts_with(extends_mark);
    const auto point = extends ? PointName::parse(parts[2].substr(extends_mark.size())) : std::nullopt;
    const bool is_whole = parts[2] == whole_view;
    if (extends ? !point : !is_whole && parts[2] != private_view) {
        throw broken("the view is neither private nor whole nor extends: and a point");
    }
    if (!volume) {
        throw broken("the root is not 64 lower-case hex digits");
    }
    VolumeSlot slot{
        .app = *app, .version = std::string(parts[1]), .volume = *volume, .extends = point, .is_whole = is_whole};
    add_words(slot, line);
    if (extends && (slot.turn != 0 || !slot.rulings.empty() || !slot.services.empty())) {
        throw broken("an extension has neither names nor services");
    }
    if (is_whole && !slot.services.empty()) {
        throw broken("a whole view has no services");
    }
    if (slot.base && (extends || is_whole)) {
        throw broken("only a private view stands on a base");
    }
    return slot;
}

std::string encode_in_use(std::string_view disk) { return std::string(in_use_word) + std::string(disk) + '\n'; }

std::set<std::string> disks_in_use(std::string_view answer)
{
    std::set<std::string> disks;
    while (!answer.empty()) {
        const auto end = std::min(answer.find('\n'), answer.size());
        const auto line = answer.substr(0, end);
        answer.remove_prefix(std::min(end + 1, answer.size()));
        const auto disk = line.starts_with(in_use_word) ? line.substr(in_use_word.size()) : std::string_view();
        if (!disk.empty() && disk.size() <= longest_disk && std::ranges::all_of(disk, is_of_name)) {
            disks.emplace(disk);
        }
    }
    return disks;
}

} // namespace qpkg
