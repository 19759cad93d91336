// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/full/libvirt_settings.hpp"

#include "cli/toml_file.hpp"

#include "qpkg/core/error.hpp"

#include <map>

namespace qpkg::cli {
namespace {

namespace fs = std::filesystem;
using libvirt::Accelerator;
using libvirt::Settings;

constexpr std::int64_t largest_memory = 1024 * 1024;    // MiB
constexpr std::int64_t largest_disk = 64 * 1024 * 1024; // MiB
constexpr std::int64_t most_processors = 256;
constexpr std::int64_t most_seconds = 3600;

/// What a key is set to, checked.
class Value {
public:
    Value(const fs::path& file, const toml::node& node) : file_(file), node_(node) {}

    std::string text() const
    {
        const auto value = node_.value<std::string>();
        if (!value || node_.type() != toml::node_type::string || value->find('\0') != std::string::npos) {
            throw wrong("expected a string");
        }
        return *value;
    }

    fs::path path() const
    {
        fs::path value = text();
        if (!value.is_absolute()) {
            throw wrong("expected the path of a file, from / on");
        }
        return value;
    }

    std::int64_t number(std::int64_t least, std::int64_t most) const
    {
        const auto value = node_.type() == toml::node_type::integer ? node_.value<std::int64_t>() : std::nullopt;
        if (!value || *value < least || *value > most) {
            throw wrong("expected a number from " + std::to_string(least) + " to " + std::to_string(most));
        }
        return *value;
    }

    Accelerator accelerator() const
    {
        static const std::map<std::string, Accelerator> known = {
            {"auto", Accelerator::automatic}, {"kvm", Accelerator::kvm}, {"tcg", Accelerator::tcg}};
        const auto found = known.find(text());
        if (found == known.end()) {
            throw wrong("expected \"auto\", \"kvm\" or \"tcg\"");
        }
        return found->second;
    }

private:
    Error wrong(const std::string& what) const { return wrong_toml(file_, node_.source(), what); }

    const fs::path& file_;
    const toml::node& node_;
};

using Setter = void (*)(Settings&, const Value&);

const std::map<std::string_view, Setter>& setters()
{
    static const std::map<std::string_view, Setter> all = {
        {"uri", [](Settings& settings, const Value& value) { settings.uri = value.text(); }},
        {"kernel", [](Settings& settings, const Value& value) { settings.kernel = value.path(); }},
        {"initramfs", [](Settings& settings, const Value& value) { settings.initramfs = value.path(); }},
        {"command_line", [](Settings& settings, const Value& value) { settings.command_line = value.text(); }},
        {"emulator", [](Settings& settings, const Value& value) { settings.emulator = value.path(); }},
        {"network", [](Settings& settings, const Value& value) { settings.network = value.text(); }},
        {"accelerator", [](Settings& settings, const Value& value) { settings.accelerator = value.accelerator(); }},
        {"memory",
         [](Settings& settings, const Value& value) {
             settings.memory = static_cast<std::uint64_t>(value.number(64, largest_memory));
         }},
        {"disk", [](Settings& settings,
                    const Value& value) { settings.disk = static_cast<std::uint64_t>(value.number(8, largest_disk)); }},
        {"processors",
         [](Settings& settings, const Value& value) {
             settings.processors = static_cast<unsigned>(value.number(1, most_processors));
         }},
        {"start_seconds",
         [](Settings& settings, const Value& value) {
             settings.start = std::chrono::seconds(value.number(1, most_seconds));
         }},
        {"refresh_seconds",
         [](Settings& settings, const Value& value) {
             settings.refresh = std::chrono::seconds(value.number(1, most_seconds));
         }},
    };
    return all;
}

Error unknown(const fs::path& file, const toml::key& key)
{
    std::string known;
    for (const auto& [name, set] : setters()) {
        known += (known.empty() ? "" : ", ") + std::string(name);
    }
    return wrong_toml(file, key.source(), "unknown key \"" + std::string(key.str()) + "\", expected one of " + known);
}

} // namespace

Settings load_libvirt_settings(const fs::path& file, const fs::path& root)
{
    Settings settings;
    settings.kernel = fs::absolute(root) / "boot/vmlinuz";
    settings.initramfs = fs::absolute(root) / "boot/initramfs";
    if (!fs::exists(file)) {
        return settings;
    }
    const auto table = parse_toml_file(file);
    for (const auto& [key, node] : table) {
        const auto setter = setters().find(key.str());
        if (setter == setters().end()) {
            throw unknown(file, key);
        }
        setter->second(settings, Value(file, node));
    }
    return settings;
}

} // namespace qpkg::cli
