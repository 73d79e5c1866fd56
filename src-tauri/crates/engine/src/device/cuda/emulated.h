// As much of CUDA as kernels.cu uses, in C++20, so that its kernels run on a CPU: to prove what
// they compute, not to be fast.
//
// A block's threads are real threads, so a missing __syncthreads() is a race here as it is there.
// Blocks run one after another, and static memory stands in for what a block shares. A kernel must
// not return early while other threads of its block go on, and warps exchange only as a whole.

#pragma once

#include <atomic>
#include <barrier>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#define __global__
#define __device__
#define __shared__ static
#define __launch_bounds__(threads)

// ---- Types

struct dim3 {
    unsigned x = 1, y = 1, z = 1;
};

struct uint2 {
    unsigned x, y;
};

struct uint4 {
    unsigned x, y, z, w;
};

struct __nv_bfloat16 {
    uint16_t bits;
};

// ---- The block that runs, and who in it one is

namespace emulated {

constexpr unsigned WARP_THREADS = 32;
constexpr unsigned WHOLE_WARP = 0xffffffff;

struct Warp {
    std::barrier<> together{WARP_THREADS};
    // Two rows in turn: when all have arrived with the second, all have read the first.
    uint64_t exchanged[2][WARP_THREADS];
};

inline std::barrier<>* block_together;
inline thread_local Warp* warp;
inline thread_local unsigned turn;

}  // namespace emulated

inline thread_local dim3 threadIdx, blockIdx;
inline dim3 blockDim, gridDim;

inline void __syncthreads() {
    emulated::block_together->arrive_and_wait();
}

// ---- Warps

namespace emulated {

// What every lane of the warp gave.
template <typename T>
const uint64_t* exchange(unsigned mask, T value) {
    static_assert(sizeof(T) <= sizeof(uint64_t));
    if (mask != WHOLE_WARP) std::abort();
    turn ^= 1;
    std::memcpy(&warp->exchanged[turn][threadIdx.x % WARP_THREADS], &value, sizeof(T));
    warp->together.arrive_and_wait();
    return warp->exchanged[turn];
}

}  // namespace emulated

template <typename T>
T __shfl_sync(unsigned mask, T value, unsigned from) {
    const uint64_t* all = emulated::exchange(mask, value);
    std::memcpy(&value, &all[from % emulated::WARP_THREADS], sizeof(T));
    return value;
}

template <typename T>
T __shfl_xor_sync(unsigned mask, T value, unsigned distance) {
    return __shfl_sync(mask, value, threadIdx.x ^ distance);
}

// Lanes with none `distance` further keep their own.
template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned distance) {
    const unsigned lane = threadIdx.x % emulated::WARP_THREADS, from = lane + distance;
    return __shfl_sync(mask, value, from < emulated::WARP_THREADS ? from : lane);
}

inline unsigned __ballot_sync(unsigned mask, bool vote) {
    const uint64_t* all = emulated::exchange(mask, (uint64_t)vote);
    unsigned votes = 0;
    for (unsigned lane = 0; lane < emulated::WARP_THREADS; lane++) {
        votes |= (unsigned)all[lane] << lane;
    }
    return votes;
}

// ---- Atomics

inline unsigned atomicAdd(unsigned* to, unsigned value) {
    return std::atomic_ref(*to).fetch_add(value);
}

inline unsigned atomicMax(unsigned* to, unsigned value) {
    std::atomic_ref shared(*to);
    unsigned held = shared;
    while (held < value && !shared.compare_exchange_weak(held, value)) {}
    return held;
}

inline unsigned atomicMin(unsigned* to, unsigned value) {
    std::atomic_ref shared(*to);
    unsigned held = shared;
    while (held > value && !shared.compare_exchange_weak(held, value)) {}
    return held;
}

// ---- Numbers

inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
inline unsigned __popc(unsigned bits) { return std::popcount(bits); }
inline unsigned __float_as_uint(float number) { return std::bit_cast<unsigned>(number); }
inline float __uint_as_float(unsigned bits) { return std::bit_cast<float>(bits); }
inline float rsqrtf(float number) { return 1.0f / std::sqrt(number); }

inline float __bfloat162float(__nv_bfloat16 number) {
    return __uint_as_float((unsigned)number.bits << 16);
}

// To the nearest, of two as near to the one whose last bit is zero.
inline __nv_bfloat16 __float2bfloat16(float number) {
    const unsigned bits = __float_as_uint(number);
    if (std::isnan(number)) return {0x7fff};
    return {(uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}

// ---- Launches

// kernel<<<grid, block>>>(arguments...), back when all of it has run.
template <typename Kernel, typename... Arguments>
void launch(dim3 grid, unsigned block, Kernel kernel, Arguments... arguments) {
    if (block == 0 || block > 1024 || block % emulated::WARP_THREADS != 0) {
        throw std::invalid_argument("a block is 1 to 32 whole warps");
    }
    std::barrier<> together(block);
    std::vector<emulated::Warp> warps(block / emulated::WARP_THREADS);
    emulated::block_together = &together;
    blockDim = {block};
    gridDim = grid;
    const auto thread = [&](unsigned index) {
        threadIdx = {index, 0, 0};
        emulated::warp = &warps[index / emulated::WARP_THREADS];
        for (unsigned y = 0; y < grid.y; y++) {
            for (unsigned x = 0; x < grid.x; x++) {
                blockIdx = {x, y, 0};
                kernel(arguments...);
                __syncthreads();  // The next block finds the shared memory unused.
            }
        }
    };
    std::vector<std::jthread> threads;
    try {
        for (unsigned index = 0; index < block; index++) threads.emplace_back(thread, index);
    } catch (const std::system_error&) {
        std::_Exit(1);  // Those already started would wait for the missing ones for ever.
    }
}
