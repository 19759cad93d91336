// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/settings.hpp"

#include "base/toml_file.hpp"

#include "qpkg/core/error.hpp"

#include <optional>

namespace qpkg::libvirt {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_memory = 1024 * 1024;    // MiB
constexpr std::uint64_t largest_disk = 64 * 1024 * 1024; // MiB
constexpr std::uint64_t most_processors = 256;
constexpr std::uint64_t most_seconds = 3600;

/// Takes over what is said.
template <class Setting, class Said>
void overlay(Setting& setting, const std::optional<Said>& said)
{
    if (said) {
        setting = static_cast<Setting>(*said);
    }
}

Accelerator accelerator_of(TomlSection& whole)
{
    const auto word = whole.choice("accelerator", {"auto", "kvm", "tcg"});
    return word == "kvm" ? Accelerator::kvm : word == "tcg" ? Accelerator::tcg : Accelerator::automatic;
}

} // namespace

Settings load_settings(const fs::path& file, const fs::path& root)
{
    Settings settings;
    settings.kernel = fs::absolute(root) / "boot/vmlinuz";
    settings.initramfs = fs::absolute(root) / "boot/initramfs";
    if (!fs::exists(file)) {
        return settings;
    }
    read_toml_file(file, [&](TomlSection& whole) {
        overlay(settings.uri, whole.text("uri"));
        overlay(settings.kernel, whole.path("kernel"));
        overlay(settings.initramfs, whole.path("initramfs"));
        overlay(settings.command_line, whole.text("command_line"));
        overlay(settings.emulator, whole.path("emulator"));
        overlay(settings.network, whole.text("network"));
        settings.accelerator = accelerator_of(whole);
        overlay(settings.memory, whole.number("memory", 64, largest_memory));
        overlay(settings.disk, whole.number("disk", 8, largest_disk));
        overlay(settings.processors, whole.number("processors", 1, most_processors));
        overlay(settings.start, whole.number("start_seconds", 1, most_seconds));
        overlay(settings.refresh, whole.number("refresh_seconds", 1, most_seconds));
    });
    return settings;
}

} // namespace qpkg::libvirt
