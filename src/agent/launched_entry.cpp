// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/launched_entry.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/key_value_file.hpp"

namespace qpkg::agent {
namespace {

Error broken_exec(std::string_view what) { return {Code::corrupt, "Exec: " + std::string(what)}; }

/// A value of type string: \s, \n, \t, \r and \\ stand for one character.
std::string unescaped(std::string_view value)
{
    std::string text;
    for (std::size_t at = 0; at < value.size(); ++at) {
        constexpr std::string_view letters = "sntr\\";
        constexpr std::string_view meant = " \n\t\r\\";
        const auto letter =
            value[at] == '\\' && at + 1 < value.size() ? letters.find(value[at + 1]) : std::string_view::npos;
        if (letter == std::string_view::npos) {
            text += value[at];
        } else {
            text += meant[letter];
            ++at;
        }
    }
    return text;
}

void take_entry_line(LaunchedEntry& entry, std::string& type, const KeyLine& line)
{
    if (line.key == "Type") {
        type = line.value;
    } else if (line.key == "Exec") {
        entry.exec = unescaped(line.value);
    } else if (line.key == "TryExec") {
        entry.try_exec = unescaped(line.value);
    } else if (line.key == "Name") {
        entry.name = unescaped(line.value);
    } else if (line.key == "Icon") {
        entry.icon = unescaped(line.value);
    } else if (line.key == "Hidden") {
        entry.is_hidden = line.value == "true";
    } else if (line.key == "Terminal") {
        entry.in_terminal = line.value == "true";
    }
}

/// Reads one Exec from its beginning to its end.
class ExecReader {
public:
    ExecReader(const LaunchedEntry& entry, const std::filesystem::path& file, const std::string& target)
        : entry_(entry), file_(file), target_(target), text_(entry.exec)
    {
    }

    std::vector<std::string> read()
    {
        while (!text_.empty()) {
            const auto c = take();
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                end_word();
            } else if (c == '"') {
                take_quoted();
            } else if (c == '%') {
                take_code();
            } else {
                add(c);
            }
        }
        end_word();
        if (words_.empty() || words_.front().empty()) {
            throw broken_exec("names no program");
        }
        if (!is_passed_) {
            words_.push_back(target_);
        }
        return std::move(words_);
    }

private:
    char take()
    {
        const auto c = text_.front();
        text_.remove_prefix(1);
        return c;
    }

    void add(char c)
    {
        word_ += c;
        in_word_ = true;
    }

    void add_text(const std::string& text)
    {
        word_ += text;
        in_word_ = true;
    }

    void end_word()
    {
        if (in_word_) {
            words_.push_back(std::move(word_));
        }
        word_.clear();
        in_word_ = false;
    }

    void take_quoted()
    {
        in_word_ = true;
        for (;;) {
            if (text_.empty()) {
                throw broken_exec("quotes do not end");
            }
            const auto c = take();
            if (c == '"') {
                return;
            }
            if (c == '\\' && !text_.empty() && std::string_view("\"`$\\").find(text_.front()) != std::string::npos) {
                add(take());
            } else if (c == '%' && (text_.empty() || take() != '%')) {
                throw broken_exec("a field code within quotes");
            } else {
                add(c);
            }
        }
    }

    void take_code()
    {
        const auto code = text_.empty() ? '\0' : take();
        if (code == '%') {
            add('%');
        } else if (code == 'f' || code == 'F' || code == 'u' || code == 'U') {
            add_text(target_);
            is_passed_ = true;
        } else if (code == 'c') {
            add_text(entry_.name);
        } else if (code == 'k') {
            add_text(file_.string());
        } else if (code == 'i') {
            take_icon();
        } else if (code == '\0' ||
                   std::string_view("dDnNvm").find(code) == std::string_view::npos) { // these are no more
            throw broken_exec("an unknown field code");
        }
    }

    void take_icon()
    {
        if (!entry_.icon.empty()) {
            end_word();
            words_.insert(words_.end(), {"--icon", entry_.icon});
        }
    }

    const LaunchedEntry& entry_;
    const std::filesystem::path& file_;
    const std::string& target_;
    std::string_view text_;
    std::vector<std::string> words_{};
    std::string word_{};
    bool in_word_ = false;
    bool is_passed_ = false;
};

} // namespace

LaunchedEntry read_launched_entry(std::string_view bytes)
{
    LaunchedEntry entry;
    std::string type;
    bool in_main = false;
    for (const auto& line : read_key_value_file(bytes)) {
        if (!line.group.empty()) {
            in_main = line.group == "[Desktop Entry]";
        } else if (in_main) {
            take_entry_line(entry, type, line);
        }
    }
    if (!entry.is_hidden && (type != "Application" || entry.exec.empty())) {
        throw broken_line(1, "not an application with a program");
    }
    return entry;
}

std::vector<std::string> expand_exec(const LaunchedEntry& entry, const std::filesystem::path& file,
                                     const std::string& target)
{
    return ExecReader(entry, file, target).read();
}

} // namespace qpkg::agent
