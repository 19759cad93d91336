// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/run_program.hpp"

#include "adapters/local/program_relay.hpp"
#include "adapters/local/streams.hpp"

#include <unistd.h>

#include <array>
#include <vector>

namespace qpkg::local {
namespace {

using session::Kind;
using session::StreamSource;

/// The caller's open files that the program gets, in their order.
std::vector<int> given_files(const session::ProgramStreams& streams)
{
    const std::array sources = {streams.input, streams.output, streams.errors};
    std::vector<int> files;
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (sources.at(static_cast<std::size_t>(fd)) == StreamSource::given) {
            files.push_back(fd);
        }
    }
    return files;
}

} // namespace

int run_program(PlaceLink& link, const RunRequest& request, const program::Environment& environment)
{
    const auto streams = plan_streams(callers_streams());
    ProgramRelay relay(streams.keys, link); // from here on signals are the program's
    const auto who = request.user == RunAs::root ? session::Who::root : session::Who::user;
    link.send_words(
        session::encode_order({.who = who, .terminal = {}, .environment = environment, .argv = request.argv}));
    link.send(Kind::streams, session::encode_streams(streams), given_files(streams));
    if (streams.has_terminal()) {
        relay.wait_for_terminal();
    }
    link.send(Kind::run);
    return relay.wait();
}

} // namespace qpkg::local
