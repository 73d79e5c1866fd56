// Runs one kernel of kernels.cu on the CPU, for tests.
//
// Standard input: a line with the kernel's name and its sizes, then the arrays it reads, raw and
// little-endian, in the order of its parameters. Standard output: the arrays it wrote, in that
// order. What does not fit together ends with exit code 1 and a message.
//
//   embed_rows n vocab hidden         ids, table                              out
//   layer_norm n hidden epsilon       x, weight, bias                         out
//   add n                             x, y                                    out
//   squared_relu n                    x                                       out
//   rotate_and_store CACHE rotated    qkv, turns, keys, values, lane_keys,    q, keys, values,
//                                     lane_values, lanes                      lane_keys,
//                                                                             lane_values
//   attend CACHE scale                q, keys, values, lane_keys,             out
//                                     lane_values, lanes
//   reduce_logits n rows pieces keep  logits                                  ids, kept, sums,
//                                                                             counts
//
// CACHE is: n each len parted heads kv_heads head_dim positions lanes room. Lane 0 has room for
// `positions`, the `lanes - 1` others for `room` each behind `parted`; `turns` has `positions`.

#include <cstdio>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>

#include "kernels.cu"

constexpr size_t MOST_NUMBERS = 1 << 26;

static void check(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

template <typename... Sizes>
static size_t count(Sizes... sizes) {
    size_t product = 1;
    for (size_t size : {(size_t)sizes...}) {
        check(size <= MOST_NUMBERS && product * size <= MOST_NUMBERS, "an array is too large");
        product *= size;
    }
    return product;
}

// Numbers of the first line.
static std::istringstream line;

template <typename T = unsigned>
static T scalar() {
    T value;
    check((bool)(line >> value), "a number is missing in the first line");
    check(line.peek() == EOF || line.peek() == ' ', "the first line has something but numbers");
    return value;
}

template <typename T>
static std::vector<T> read(size_t numbers) {
    std::vector<T> array(numbers);
    const auto bytes = (std::streamsize)(numbers * sizeof(T));
    check((bool)std::cin.read((char*)array.data(), bytes), "the input ends too early");
    return array;
}

template <typename T>
static void write(const std::vector<T>& array) {
    std::cout.write((const char*)array.data(), (std::streamsize)(array.size() * sizeof(T)));
}

static void end_of_input() {
    check(line.peek() == EOF && std::cin.peek() == EOF, "there is more input than arrays");
}

static void run_embed_rows() {
    const auto n = scalar(), vocab = scalar(), hidden = scalar();
    const auto ids = read<unsigned>(count(n));
    const auto table = read<bf16>(count(vocab, hidden));
    end_of_input();
    for (auto id : ids) check(id < vocab, "an id is not in the table");
    std::vector<float> out(count(n, hidden));
    launch({n}, 256, embed_rows, ids.data(), table.data(), out.data(), hidden);
    write(out);
}

static void run_layer_norm() {
    const auto n = scalar(), hidden = scalar();
    const auto epsilon = scalar<float>();
    const auto x = read<float>(count(n, hidden));
    const auto weight = read<float>(count(hidden)), bias = read<float>(count(hidden));
    end_of_input();
    std::vector<bf16> out(x.size());
    launch({n}, 256, layer_norm, x.data(), weight.data(), bias.data(), out.data(), hidden, epsilon);
    write(out);
}

// Few blocks, so that their threads take several numbers each.
static void run_add() {
    const auto n = count(scalar());
    const auto x = read<float>(n), y = read<float>(n);
    end_of_input();
    std::vector<float> out(n);
    launch({3}, 64, add, x.data(), y.data(), out.data(), n);
    write(out);
}

static void run_squared_relu() {
    const auto n = count(scalar());
    const auto x = read<bf16>(n);
    end_of_input();
    std::vector<bf16> out(n);
    launch({3}, 64, squared_relu, x.data(), out.data(), n);
    write(out);
}

// CACHE of the first line, and the arrays that both kernels of the cache read.
struct Cache {
    unsigned n = scalar(), each = scalar(), len = scalar(), parted = scalar(), heads = scalar(),
             kv_heads = scalar(), head_dim = scalar(), positions = scalar(), lanes = scalar(),
             room = scalar();
    size_t lane_stride = count(room, kv_heads, head_dim);
    std::vector<bf16> keys, values, lane_keys, lane_values;
    std::vector<unsigned> lane_of;

    void read_arrays() {
        const size_t others = count(lanes - 1, room, kv_heads, head_dim);
        keys = read<bf16>(count(positions, kv_heads, head_dim));
        values = read<bf16>(keys.size());
        lane_keys = read<bf16>(others);
        lane_values = read<bf16>(others);
        lane_of = read<unsigned>(n);
        end_of_input();
        for (unsigned row = 0; row < n; row++) {
            const size_t position = (size_t)len + row * each;
            check(lane_of[row] < lanes, "a row's lane does not exist");
            check(position < positions, "a row is behind the last position");
            check(lane_of[row] == 0 || (position >= parted && position - parted < room),
                  "a row has no place in its lane");
        }
    }

    void check_sizes() const {
        const bool some = count(n, heads, head_dim) > 0;
        check(some && each <= 1 && lanes >= 1, "a size is wrong");
        check(kv_heads > 0 && heads % kv_heads == 0, "kv_heads does not divide heads");
        check(head_dim <= LARGEST_HEAD, "head_dim is too large");
    }
};

static void run_rotate_and_store() {
    Cache cache;
    cache.check_sizes();
    const auto rotated = scalar();
    check(rotated <= cache.head_dim && rotated % 2 == 0, "rotated is wrong");
    const size_t width = count(cache.heads + 2 * cache.kv_heads, cache.head_dim);
    const auto qkv = read<bf16>(count(cache.n, width));
    const auto turns = read<float>(count(cache.positions, rotated));
    cache.read_arrays();
    std::vector<bf16> q(count(cache.n, cache.heads, cache.head_dim));
    launch({cache.n}, 256, rotate_and_store, qkv.data(), turns.data(), q.data(), cache.keys.data(),
           cache.values.data(), cache.lane_keys.data(), cache.lane_values.data(), cache.lane_stride,
           cache.lane_of.data(), cache.each, cache.len, cache.parted, cache.heads, cache.kv_heads,
           cache.head_dim, rotated);
    write(q);
    for (const auto* array : {&cache.keys, &cache.values, &cache.lane_keys, &cache.lane_values}) {
        write(*array);
    }
}

static void run_attend() {
    Cache cache;
    cache.check_sizes();
    const auto scale = scalar<float>();
    const auto q = read<bf16>(count(cache.n, cache.heads, cache.head_dim));
    cache.read_arrays();
    std::vector<bf16> out(q.size());
    launch({cache.heads, cache.n}, 128, attend, q.data(), cache.keys.data(), cache.values.data(),
           cache.lane_keys.data(), cache.lane_values.data(), cache.lane_stride,
           cache.lane_of.data(), out.data(), cache.each, cache.len, cache.parted, cache.heads,
           cache.kv_heads, cache.head_dim, scale);
    write(out);
}

static void run_reduce_logits() {
    const auto n = scalar(), rows = scalar(), pieces = scalar(), keep = scalar();
    check(pieces <= rows && 1 <= keep && keep <= 1024, "pieces or keep is wrong");
    const auto logits = read<float>(count(n, rows));
    end_of_input();
    std::vector<unsigned> ids(count(n, keep)), counts(count(n, 2));
    std::vector<float> kept(ids.size());
    std::vector<double> sums(counts.size());
    launch({n}, 1024, reduce_logits, logits.data(), rows, pieces, keep, ids.data(), kept.data(),
           sums.data(), counts.data());
    write(ids);
    write(kept);
    write(sums);
    write(counts);
}

int main() try {
    std::string first, name;
    std::getline(std::cin, first);
    line.str(first);
    line >> name;
    if (name == "embed_rows") run_embed_rows();
    else if (name == "layer_norm") run_layer_norm();
    else if (name == "add") run_add();
    else if (name == "squared_relu") run_squared_relu();
    else if (name == "rotate_and_store") run_rotate_and_store();
    else if (name == "attend") run_attend();
    else if (name == "reduce_logits") run_reduce_logits();
    else check(false, "no kernel has this name");
    return std::cout.flush() ? 0 : 1;
} catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
