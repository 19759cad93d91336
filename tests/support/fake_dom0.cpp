// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/fake_dom0.hpp"

#include "support/paths.hpp"

#include "qpkg/core/error.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace qpkg::testing {
namespace {

std::string support(const char* name) { return (source_directory() / "tests/support" / name).string(); }

std::array<Fd, 2> make_pipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw system_error("make a pipe", errno);
    }
    return {Fd(ends[0]), Fd(ends[1])};
}

} // namespace

FakeDom0::FakeDom0() : folder_(std::filesystem::temp_directory_path(), "qpkg-dom0-")
{
    const auto volumes = folder_.path() / "volumes";
    const auto loops = folder_.path() / "loops";
    const auto socket = folder_.path() / "qubesd.sock";
    for (const auto& made : {volumes, loops}) {
        files::make_directories(made);
    }
    ::setenv("QPKG_FAKE_LOOPS", loops.c_str(), 1);
    ::setenv("QPKG_FAKE_QREXEC", folder_.path().c_str(), 1);

    auto commands = make_pipe();
    auto answers = make_pipe();
    const auto program = support("fake_qubesd.py");
    process_ = ::fork();
    if (process_ == 0) {
        ::dup2(commands[0].get(), STDIN_FILENO);
        ::dup2(answers[1].get(), STDOUT_FILENO);
        ::execlp("python3", "python3", "-B", program.c_str(), socket.c_str(), volumes.c_str(), loops.c_str(), nullptr);
        ::_exit(127);
    }
    to_ = std::move(commands[1]);
    from_ = ::fdopen(answers[0].release(), "r");
    expect_ok();
    hypervisor_ = std::make_unique<qubes::QubesHypervisor>(
        qubes::QubesOptions{.root = folder_.path(),
                            .volume_path = [this](const VolumeId& volume) { return stand_in(volume); },
                            .known_slots =
                                [this](const VolumeId& volume) {
                                    const auto known = seen_.find(volume);
                                    return known == seen_.end() ? qubes::Group{} : known->second;
                                },
                            .socket = socket,
                            .patience = std::chrono::seconds(10),
                            .qrexec_client = support("fake_qrexec_client.py"),
                            .losetup = support("fake_losetup.py")});
}

FakeDom0::~FakeDom0()
{
    to_ = Fd(); // end of file ends it
    ::waitpid(process_, nullptr, 0);
    std::fclose(from_);
}

void FakeDom0::know(const qubes::Group& slots) { seen_.insert_or_assign(slots.front().volume, slots); }

std::filesystem::path FakeDom0::stand_in(const VolumeId& volume)
{
    const auto path = folder_.path() / "volumes" / (volume.hex() + ".erofs");
    files::write(path, "", 0444, files::Durability::scratch);
    return path;
}

void FakeDom0::agent_answers(const std::string& answer)
{
    files::write(folder_.path() / "answer", answer, 0644, files::Durability::scratch);
}

void FakeDom0::tell(const std::string& line)
{
    files::write_all(to_.get(), line + '\n');
    expect_ok();
}

void FakeDom0::expect_ok()
{
    std::array<char, 512> answer{};
    if (std::fgets(answer.data(), static_cast<int>(answer.size()), from_) == nullptr ||
        std::string_view(answer.data()) != "ok\n") {
        throw Error(Code::bug, "fake_qubesd.py says: " + std::string(answer.data()));
    }
}

} // namespace qpkg::testing
