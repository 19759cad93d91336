// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/confined_unit.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace qpkg::agent {
namespace {

constexpr std::string_view exec_prefixes = "@-:+!|";
constexpr std::string_view exec_rights = "+!|"; ///< those that take a program out of the confinement

constexpr std::array<std::string_view, 5> kept_of_units = {"After", "Description", "Documentation", "StartLimitBurst",
                                                           "StartLimitIntervalSec"};
constexpr std::string_view conditions = "Condition"; ///< they only read, and only say whether it starts

constexpr std::array<std::string_view, 7> programs = {"ExecCondition", "ExecReload", "ExecStart",   "ExecStartPost",
                                                      "ExecStartPre",  "ExecStop",   "ExecStopPost"};

struct FolderSetting {
    std::string_view key;
    std::string_view parent;
};
constexpr std::array folder_settings = {
    FolderSetting{"CacheDirectory", "var/cache"},
    FolderSetting{"LogsDirectory", "var/log"},
    FolderSetting{"RuntimeDirectory", "run"},
    FolderSetting{"StateDirectory", "var/lib"},
};

constexpr std::array<std::string_view, 33> kept_of_services = {"BusName",
                                                               "CacheDirectoryMode",
                                                               "Environment",
                                                               "GuessMainPID",
                                                               "KillMode",
                                                               "KillSignal",
                                                               "LimitNOFILE",
                                                               "LogsDirectoryMode",
                                                               "MemoryDenyWriteExecute",
                                                               "NotifyAccess",
                                                               "PIDFile",
                                                               "PrivateNetwork",
                                                               "RemainAfterExit",
                                                               "Restart",
                                                               "RestartPreventExitStatus",
                                                               "RestartSec",
                                                               "RestrictAddressFamilies",
                                                               "RestrictRealtime",
                                                               "RuntimeDirectoryMode",
                                                               "RuntimeDirectoryPreserve",
                                                               "SendSIGHUP",
                                                               "StateDirectoryMode",
                                                               "SuccessExitStatus",
                                                               "SyslogIdentifier",
                                                               "SystemCallFilter",
                                                               "TimeoutSec",
                                                               "TimeoutStartSec",
                                                               "TimeoutStopSec",
                                                               "Type",
                                                               "UMask",
                                                               "UnsetEnvironment",
                                                               "WatchdogSec",
                                                               "WorkingDirectory"};

/// The user is made for as long as the service runs, so that nothing it leaves belongs to anybody; a unit that says
/// DynamicUser= gets a read-only system, a /tmp of its own and no new privileges with it, whatever else it says.
constexpr std::array<std::string_view, 19> settings = {"AmbientCapabilities=",
                                                       "CapabilityBoundingSet=",
                                                       "InaccessiblePaths=-/rw",
                                                       "KeyringMode=private",
                                                       "LockPersonality=yes",
                                                       "NoNewPrivileges=yes",
                                                       "PrivateDevices=yes",
                                                       "PrivateTmp=yes",
                                                       "ProtectControlGroups=yes",
                                                       "ProtectHome=yes",
                                                       "ProtectKernelLogs=yes",
                                                       "ProtectKernelModules=yes",
                                                       "ProtectKernelTunables=yes",
                                                       "ProtectProc=invisible",
                                                       "ProtectSystem=strict",
                                                       "RestrictNamespaces=yes",
                                                       "RestrictSUIDSGID=yes",
                                                       "SupplementaryGroups=",
                                                       "SystemCallArchitectures=native"};

template <std::size_t Count>
bool is_among(const std::array<std::string_view, Count>& keys, std::string_view key)
{
    return std::ranges::find(keys, key) != keys.end();
}

bool is_odd_backslash(std::string_view line)
{
    const auto rest = line.find_last_not_of('\\');
    return (line.size() - (rest == std::string_view::npos ? 0 : rest + 1)) % 2 == 1;
}

class Reader {
public:
    Reader(const AppId& app, std::string_view name)
        : names_{app.text(), app.text().substr(app.text().rfind('.') + 1),
                 std::string(name.substr(0, name.size() - std::string_view(".service").size()))}
    {
    }

    ConfinedUnit read(std::string_view bytes) &&
    {
        while (!bytes.empty()) {
            take(next_setting(bytes));
        }
        return std::move(unit_);
    }

private:
    Error wrong(Code code, const std::string& what) const
    {
        return {code, "line " + std::to_string(number_) + ": " + what};
    }

    std::string_view next_line(std::string_view& bytes)
    {
        ++number_;
        const auto end = std::min(bytes.find('\n'), bytes.size());
        const auto line = bytes.substr(0, end);
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
        if (std::ranges::any_of(line, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; })) {
            throw wrong(Code::corrupt, "holds a control character");
        }
        return line;
    }

    /// One line of the file, with those that it is continued on.
    std::string next_setting(std::string_view& bytes)
    {
        std::string whole;
        for (;;) {
            const auto line = trimmed_left(next_line(bytes));
            if (line.starts_with('#') || line.starts_with(';')) {
                if (whole.empty()) {
                    return {};
                }
                continue; // a comment within
            }
            whole += line;
            if (!is_odd_backslash(line)) {
                return whole;
            }
            whole.back() = ' ';
            if (bytes.empty()) {
                throw wrong(Code::corrupt, "goes on, and nothing follows");
            }
        }
    }

    static std::string_view trimmed_left(std::string_view line)
    {
        line.remove_prefix(std::min(line.find_first_not_of(text::blanks), line.size()));
        return line;
    }

    void take(std::string_view line)
    {
        line = text::trimmed(line);
        if (line.empty()) {
            return;
        }
        if (line.front() == '[') {
            section_ = line;
            return;
        }
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) {
            throw wrong(Code::corrupt, "neither a section nor a setting");
        }
        take_setting(text::trimmed(line.substr(0, equals)), text::trimmed(line.substr(equals + 1)));
    }

    void take_setting(std::string_view key, std::string_view value)
    {
        if (section_ == "[Unit]" && (is_among(kept_of_units, key) || key.starts_with(conditions))) {
            keep(key, value);
        }
        if (section_ != "[Service]") {
            return;
        }
        const auto* folder = std::ranges::find(folder_settings, key, &FolderSetting::key);
        if (folder != folder_settings.end()) {
            check_folders(*folder, value);
            keep(key, value);
        } else if (is_among(programs, key)) {
            check_programs(key, value);
            keep(key, value);
        } else if (is_among(kept_of_services, key)) {
            keep(key, value);
        }
    }

    void keep(std::string_view key, std::string_view value)
    {
        if (is_odd_backslash(value)) { // before a blank; here it would take the next line in
            throw wrong(Code::corrupt, "ends in a backslash");
        }
        if (written_ != section_) {
            unit_.bytes += std::string(section_) + '\n';
            written_ = section_;
        }
        unit_.bytes.append(key).append("=").append(value).append("\n");
    }

    /// systemd.service(5), "Command lines": more than one stand on a line with a semicolon between.
    void check_programs(std::string_view key, std::string_view value) const
    {
        bool is_first = true;
        for (const auto word : text::words_of(value)) {
            const auto prefix = word.substr(0, std::min(word.find_first_not_of(exec_prefixes), word.size()));
            if (is_first && prefix.find_first_of(exec_rights) != std::string_view::npos) {
                throw wrong(Code::unsupported, std::string(key) + " asks for the rights of root");
            }
            is_first = word == ";";
        }
    }

    void check_folders(const FolderSetting& setting, std::string_view value)
    {
        for (const auto word : text::words_of(value)) {
            const auto first = word.substr(0, word.find('/'));
            if (std::ranges::find(names_, first) == names_.end() || word.find_first_of("\"'\\:%") != word.npos) {
                throw wrong(Code::unsupported, std::string(setting.key) + '=' + std::string(word) +
                                                   " is not named after the app or the service");
            }
            unit_.folders.push_back({std::string(setting.parent), std::string(first)});
        }
    }

    std::array<std::string, 3> names_;
    std::size_t number_ = 0;
    std::string section_{};
    std::string written_{};
    ConfinedUnit unit_{};
};

} // namespace

ConfinedUnit confined_unit(std::string_view bytes, const AppId& app, std::string_view name)
{
    return Reader(app, name).read(bytes);
}

std::string confinement(std::string_view user, ServiceUser kind)
{
    std::string text = kind == ServiceUser::made ? "DynamicUser=yes\n" : "";
    text += "User=" + std::string(user) + "\nGroup=" + std::string(user) + '\n';
    for (const auto setting : settings) {
        text.append(setting).append("\n");
    }
    return text;
}

std::string user_of_service(std::string_view name)
{
    // FNV-1a: systemd would take the name itself, which may be that of an account.
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const auto c : name) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    std::string user = "qpkg-";
    for (unsigned shift = 64; shift > 0; shift -= 4) {
        user += "0123456789abcdef"[(hash >> (shift - 4)) & 0xfU];
    }
    return user;
}

} // namespace qpkg::agent
