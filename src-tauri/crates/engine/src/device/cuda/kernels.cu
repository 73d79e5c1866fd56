// What a forward pass computes between its matrix products, and the choice of the likeliest tokens.
//
//   embed_rows        ids to rows of the embedding
//   layer_norm        LayerNorm, weight + 1 already added
//   add               the residual
//   squared_relu      max(x, 0)^2
//   read_all          nothing but reading, as a measure
//   rotate_and_store  rotates new queries and keys, puts keys and values into the cache
//   attend            causal softmax attention over the cache
//   reduce_logits     the likeliest of a row and what its softmax adds up to
//
// Arrays are contiguous and row-major, shapes stand beside the parameters. Sums are in f32 (a row
// of logits: f64) and in an order that depends on nothing but the row itself: a row has the same
// bits however many are computed together, and no atomic ever adds floats. Blocks are whole warps.
// Not here: matrix products, which are cuBLAS's.
//
// Without nvcc the file compiles as C++ against emulated.h; that is how its tests run on a CPU.

#ifdef __CUDACC__
#include <cuda_bf16.h>
#else
#include "emulated.h"
#endif

typedef __nv_bfloat16 bf16;
typedef unsigned long long u64;

#define WARP 32u
#define ALL_LANES 0xffffffffu

// ---- Shared by several kernels

// The sum over a block, for every thread: within warps by a tree, then warp by warp.
template <typename T>
__device__ T block_sum(T value) {
    __shared__ T sums[WARP];
    for (unsigned distance = WARP / 2; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(ALL_LANES, value, distance);
    }
    __syncthreads();  // The sums of an earlier call have been read.
    if (threadIdx.x % WARP == 0) sums[threadIdx.x / WARP] = value;
    __syncthreads();
    T total = 0;
    for (unsigned warp = 0; warp < blockDim.x / WARP; warp++) total += sums[warp];
    return total;
}

// Where a lane has one position, `[kv_heads][head_dim]` numbers wide: in lane 0's array what came
// before the lanes parted, behind that in its own.
template <typename T>
__device__ T* place(T* first_lane, T* other_lanes, u64 lane_stride, unsigned lane, unsigned parted,
                    unsigned position, unsigned width) {
    if (lane == 0 || position < parted) return first_lane + (u64)position * width;
    return other_lanes + (lane - 1) * lane_stride + (u64)(position - parted) * width;
}

// ---- Number by number and row by row

// Grid n, block 256.
extern "C" __global__ void embed_rows(const unsigned* __restrict__ ids,  // [n]
                                      const bf16* __restrict__ table,    // [vocab][hidden]
                                      float* __restrict__ out,           // [n][hidden]
                                      unsigned hidden) {
    const bf16* from = table + (u64)ids[blockIdx.x] * hidden;
    float* to = out + (u64)blockIdx.x * hidden;
    for (unsigned i = threadIdx.x; i < hidden; i += blockDim.x) to[i] = __bfloat162float(from[i]);
}

// Any grid and block.
extern "C" __global__ void add(const float* x, const float* y, float* out, u64 n) {
    const u64 step = (u64)gridDim.x * blockDim.x;
    for (u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) out[i] = x[i] + y[i];
}

// Any grid and block.
extern "C" __global__ void squared_relu(const bf16* x, bf16* out, u64 n) {
    const u64 step = (u64)gridDim.x * blockDim.x;
    for (u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
        const float positive = fmaxf(__bfloat162float(x[i]), 0.0f);
        out[i] = __float2bfloat16(positive * positive);
    }
}

// Any grid and block: how fast memory can be read. `n` pieces of 16 bytes, aligned so.
extern "C" __global__ void read_all(const uint4* __restrict__ from, u64 n, unsigned* out) {
    const u64 step = (u64)gridDim.x * blockDim.x;
    unsigned all = 0;
#pragma unroll 8
    for (u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
        all ^= from[i].x ^ from[i].y ^ from[i].z ^ from[i].w;
    }
    if (all == 1) *out = all;  // Or the compiler would leave the reading out.
}

// Grid n, block 256. The variance is that of the population, from the differences to the mean: the
// mean of squares less the square of the mean would lose it in rows far from zero.
extern "C" __global__ void layer_norm(const float* __restrict__ x,       // [n][hidden]
                                      const float* __restrict__ weight,  // [hidden]
                                      const float* __restrict__ bias,    // [hidden]
                                      bf16* __restrict__ out,            // [n][hidden]
                                      unsigned hidden, float epsilon) {
    const float* row = x + (u64)blockIdx.x * hidden;
    bf16* to = out + (u64)blockIdx.x * hidden;
    float sum = 0.0f;
    for (unsigned i = threadIdx.x; i < hidden; i += blockDim.x) sum += row[i];
    const float mean = block_sum(sum) / (float)hidden;
    float squares = 0.0f;
    for (unsigned i = threadIdx.x; i < hidden; i += blockDim.x) {
        const float difference = row[i] - mean;
        squares += difference * difference;
    }
    const float scale = rsqrtf(block_sum(squares) / (float)hidden + epsilon);
    for (unsigned i = threadIdx.x; i < hidden; i += blockDim.x) {
        to[i] = __float2bfloat16((row[i] - mean) * scale * weight[i] + bias[i]);
    }
}

// One dimension of a rotated head. Dimension i turns with i + rotated / 2 (GPT-NeoX); those from
// `rotated` on stay as they are.
__device__ float rotate(const bf16* head, const float* turns, unsigned dimension,
                        unsigned rotated) {
    const float own = __bfloat162float(head[dimension]);
    if (dimension >= rotated) return own;
    const unsigned half = rotated / 2, pair = dimension % half;
    const float cosine = turns[2 * pair], sine = turns[2 * pair + 1];
    if (dimension < half) return own * cosine - __bfloat162float(head[dimension + half]) * sine;
    return own * cosine + __bfloat162float(head[dimension - half]) * sine;
}

// Grid n, block 256. Row r stands at position `len + r` if `each` is 1, at `len` if it is 0. A lane
// other than 0 must have parted by then: its positions start at `parted`.
extern "C" __global__ void rotate_and_store(
    const bf16* __restrict__ qkv,    // [n][heads + 2 * kv_heads][head_dim]: all q, all k, all v
    const float* __restrict__ turns, // [position][rotated / 2][cosine, sine]
    bf16* __restrict__ q,            // [n][heads][head_dim]
    bf16* __restrict__ keys,         // this layer's, lane 0: [position][kv_heads][head_dim]
    bf16* __restrict__ values,
    bf16* __restrict__ lane_keys,    // lane 1's; the next lane's `lane_stride` numbers further
    bf16* __restrict__ lane_values,
    u64 lane_stride, const unsigned* __restrict__ lanes,  // [n]
    unsigned each, unsigned len, unsigned parted, unsigned heads, unsigned kv_heads,
    unsigned head_dim, unsigned rotated) {
    const unsigned row = blockIdx.x, position = len + row * each, lane = lanes[row];
    const unsigned queries = heads * head_dim, width = kv_heads * head_dim;
    const bf16* from = qkv + (u64)row * (queries + 2 * width);
    const float* angles = turns + (u64)position * (rotated / 2) * 2;
    bf16* to_q = q + (u64)row * queries;
    bf16* to_keys = place(keys, lane_keys, lane_stride, lane, parted, position, width);
    bf16* to_values = place(values, lane_values, lane_stride, lane, parted, position, width);
    for (unsigned i = threadIdx.x; i < queries + width; i += blockDim.x) {
        const unsigned dimension = i % head_dim;
        const float turned = rotate(from + i - dimension, angles, dimension, rotated);
        bf16* to = i < queries ? to_q + i : to_keys + (i - queries);
        *to = __float2bfloat16(turned);
    }
    from += queries + width;
    for (unsigned i = threadIdx.x; i < width; i += blockDim.x) to_values[i] = from[i];
}

// ---- Attention

#define ATTENTION_WARPS 4u
#define LARGEST_HEAD 256u
// Dimensions that a lane of a warp reads at once, and how many such groups it may hold.
#define GROUP 4u
#define GROUPS (LARGEST_HEAD / WARP / GROUP)
// Positions whose keys and values a warp has on their way from memory together.
#define AHEAD 4u

// A lane's share of one head: dimensions 4 * lane + 0..4, and as many 128 further.
struct Share {
    float at[GROUPS][GROUP];
};

__device__ unsigned first_dimension(unsigned group) {
    return (group * WARP + threadIdx.x % WARP) * GROUP;
}

// Zeros stand behind the head's end. Heads that are a multiple of four wide, so all real ones,
// start at a multiple of 8 bytes and are read 8 bytes at a time.
__device__ Share share_of(const bf16* head, unsigned head_dim) {
    Share share = {};
#pragma unroll
    for (unsigned group = 0; group < GROUPS; group++) {
        const unsigned first = first_dimension(group);
        if (first >= head_dim) continue;
        if (head_dim % GROUP == 0) {
            const uint2 pairs = *(const uint2*)(head + first);
            share.at[group][0] = __uint_as_float(pairs.x << 16);
            share.at[group][1] = __uint_as_float(pairs.x & 0xffff0000u);
            share.at[group][2] = __uint_as_float(pairs.y << 16);
            share.at[group][3] = __uint_as_float(pairs.y & 0xffff0000u);
            continue;
        }
#pragma unroll
        for (unsigned i = 0; i < GROUP; i++) {
            if (first + i < head_dim) share.at[group][i] = __bfloat162float(head[first + i]);
        }
    }
    return share;
}

// The product of two heads, for every lane of the warp.
__device__ float product(const Share& a, const Share& b) {
    float sum = 0.0f;
    for (unsigned group = 0; group < GROUPS; group++) {
        for (unsigned i = 0; i < GROUP; i++) sum = fmaf(a.at[group][i], b.at[group][i], sum);
    }
    for (unsigned distance = WARP / 2; distance > 0; distance /= 2) {
        sum += __shfl_xor_sync(ALL_LANES, sum, distance);
    }
    return sum;
}

// softmax(q k * scale) v over the positions a warp has seen, as it stands. Weights are relative to
// the highest score so far; the division by their sum comes last.
struct Mix {
    float highest, sum;
    Share values;
};

__device__ void mix_in(Mix& mix, const float (&scores)[AHEAD], const Share (&values)[AHEAD]) {
    float highest = mix.highest;
    for (unsigned i = 0; i < AHEAD; i++) highest = fmaxf(highest, scores[i]);
    const float shrink = expf(mix.highest - highest);
    float weights[AHEAD];
    mix.sum *= shrink;
    for (unsigned i = 0; i < AHEAD; i++) mix.sum += weights[i] = expf(scores[i] - highest);
    for (unsigned group = 0; group < GROUPS; group++) {
        for (unsigned at = 0; at < GROUP; at++) {
            float sum = mix.values.at[group][at] * shrink;
            for (unsigned i = 0; i < AHEAD; i++) {
                sum = fmaf(weights[i], values[i].at[group][at], sum);
            }
            mix.values.at[group][at] = sum;
        }
    }
    mix.highest = highest;
}

// Grid (heads, n), block 128. Positions of rows are as in rotate_and_store, and a row sees all up
// to its own. Each of the four warps takes every fourth position; what they found is put together
// warp by warp.
extern "C" __global__ void attend(
    const bf16* __restrict__ q,       // [n][heads][head_dim]
    const bf16* __restrict__ keys,    // as rotate_and_store leaves them
    const bf16* __restrict__ values,
    const bf16* __restrict__ lane_keys,
    const bf16* __restrict__ lane_values,
    u64 lane_stride, const unsigned* __restrict__ lanes,  // [n]
    bf16* __restrict__ out,           // [n][heads][head_dim]
    unsigned each, unsigned len, unsigned parted, unsigned heads, unsigned kv_heads,
    unsigned head_dim, float scale) {
    const unsigned head = blockIdx.x, row = blockIdx.y, warp = threadIdx.x / WARP;
    const unsigned last = len + row * each, lane = lanes[row], width = kv_heads * head_dim;
    const unsigned at_head = head / (heads / kv_heads) * head_dim;
    const u64 query = ((u64)row * heads + head) * head_dim;
    const Share own = share_of(q + query, head_dim);
    Mix mix = {-INFINITY, 0.0f, {}};
    for (unsigned first = warp; first <= last; first += ATTENTION_WARPS * AHEAD) {
        float scores[AHEAD];
        Share seen[AHEAD];
#pragma unroll
        for (unsigned i = 0; i < AHEAD; i++) {
            // Behind the last position it is read again and weighs nothing: a branch would have
            // each read wait for the one before it.
            const unsigned position = first + i * ATTENTION_WARPS, at = min(position, last);
            const bf16* key = place(keys, lane_keys, lane_stride, lane, parted, at, width);
            const bf16* value = place(values, lane_values, lane_stride, lane, parted, at, width);
            seen[i] = share_of(value + at_head, head_dim);
            const float score = product(own, share_of(key + at_head, head_dim)) * scale;
            scores[i] = position <= last ? score : -INFINITY;
        }
        mix_in(mix, scores, seen);
    }

    __shared__ float highest[ATTENTION_WARPS], sums[ATTENTION_WARPS];
    __shared__ float mixed[ATTENTION_WARPS][LARGEST_HEAD];
    highest[warp] = mix.highest;  // The same from every lane.
    sums[warp] = mix.sum;
    for (unsigned group = 0; group < GROUPS; group++) {
        const unsigned dimension = first_dimension(group);
        for (unsigned i = 0; i < GROUP; i++) mixed[warp][dimension + i] = mix.values.at[group][i];
    }
    __syncthreads();
    float top = -INFINITY, sum = 0.0f, weights[ATTENTION_WARPS];
    for (unsigned i = 0; i < ATTENTION_WARPS; i++) top = fmaxf(top, highest[i]);
    for (unsigned i = 0; i < ATTENTION_WARPS; i++) {
        // A warp that found no position adds nothing.
        weights[i] = sums[i] == 0.0f ? 0.0f : expf(highest[i] - top);
        sum = fmaf(weights[i], sums[i], sum);
    }
    for (unsigned dimension = threadIdx.x; dimension < head_dim; dimension += blockDim.x) {
        float total = 0.0f;
        for (unsigned i = 0; i < ATTENTION_WARPS; i++) {
            total = fmaf(weights[i], mixed[i][dimension], total);
        }
        out[query + dimension] = __float2bfloat16(total / sum);
    }
}

// ---- The likeliest tokens

#define NONE 0xffffffffu
#define DIGITS 256u
// The key of negative infinity: a token that cannot be chosen.
#define NEVER 0x007fffffu

// Keys order as logits do. Adding zero makes -0.0 the 0.0 that it equals.
__device__ unsigned key_of(float logit) {
    const unsigned bits = __float_as_uint(logit + 0.0f);
    return bits >> 31 ? ~bits : bits | 0x80000000u;
}

__device__ float logit_of(unsigned key) {
    return __uint_as_float(key >> 31 ? key & 0x7fffffffu : ~key);
}

// What is kept: keys above `key`, and those equal to it with the lowest ids, `ties` of them.
struct Edge {
    unsigned key, ties;
};

// The edge of the `wanted` highest, where more can be chosen. Digit by digit of 8 bits from the
// top: those that begin as the edge does are counted by their next digit.
__device__ Edge edge_of(const float* row, unsigned pieces, unsigned wanted) {
    // One counter per lane: most logits share their first digit, and lanes that add to the same
    // counter wait for each other.
    __shared__ unsigned histogram[DIGITS][WARP];
    __shared__ unsigned totals[DIGITS], digit, rest;
    const unsigned lane = threadIdx.x % WARP;
    unsigned key = 0;
    for (unsigned shift = 32; shift > 0;) {
        shift -= 8;
        for (unsigned i = threadIdx.x; i < DIGITS * WARP; i += blockDim.x) {
            histogram[i / WARP][i % WARP] = 0;
        }
        __syncthreads();
#pragma unroll 4
        for (unsigned i = threadIdx.x; i < pieces; i += blockDim.x) {
            const unsigned other = key_of(row[i]);
            const bool begins_so = (other ^ key) >> shift >> 8 == 0;
            if (other > NEVER && begins_so) atomicAdd(&histogram[other >> shift & 255u][lane], 1u);
        }
        __syncthreads();
        if (threadIdx.x < DIGITS) {
            unsigned total = 0;  // Each lane starts at another counter: they are in 32 banks.
            for (unsigned i = 0; i < WARP; i++) total += histogram[threadIdx.x][(i + lane) % WARP];
            totals[threadIdx.x] = total;
        }
        __syncthreads();
        if (threadIdx.x < DIGITS) {
            unsigned above = 0;
            for (unsigned i = DIGITS - 1; i > threadIdx.x; i--) above += totals[i];
            if (above < wanted && wanted <= above + totals[threadIdx.x]) {
                digit = threadIdx.x;
                rest = wanted - above;
            }
        }
        __syncthreads();
        key |= digit << shift;
        wanted = rest;
    }
    return {key, wanted};
}

// Writes what lies within the edge, ids ascending. Each warp takes a run of neighbouring numbers:
// it counts what it will keep, then knows from the counts of the warps before it where to write.
__device__ void gather(const float* row, unsigned pieces, Edge edge, unsigned* ids, float* kept) {
    __shared__ unsigned above_of[WARP], level_of[WARP];
    const unsigned lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    const unsigned run = (pieces + blockDim.x - 1) / blockDim.x * WARP;
    const unsigned from = warp * run, to = min(from + run, pieces);
    unsigned above = 0, level = 0;
    for (unsigned first = from; first < to; first += WARP) {
        const unsigned key = first + lane < to ? key_of(row[first + lane]) : 0;
        above += __popc(__ballot_sync(ALL_LANES, key > edge.key));
        level += __popc(__ballot_sync(ALL_LANES, key == edge.key));
    }
    above_of[warp] = above;  // The same from every lane.
    level_of[warp] = level;
    __syncthreads();
    above = level = 0;
    for (unsigned i = 0; i < warp; i++) {
        above += above_of[i];
        level += level_of[i];
    }
    const unsigned lower_lanes = (1u << lane) - 1;
    for (unsigned first = from; first < to; first += WARP) {
        const unsigned id = first + lane, key = id < to ? key_of(row[id]) : 0;
        const unsigned above_here = __ballot_sync(ALL_LANES, key > edge.key);
        const unsigned level_here = __ballot_sync(ALL_LANES, key == edge.key);
        const unsigned ties = level + __popc(level_here & lower_lanes);
        if (key > edge.key || (key == edge.key && ties < edge.ties)) {
            const unsigned slot = above + __popc(above_here & lower_lanes) + min(ties, edge.ties);
            ids[slot] = id;
            kept[slot] = row[id];
        }
        above += __popc(above_here);
        level += __popc(level_here);
    }
}

// Grid n, block 1024. The `keep` highest of the first `pieces` logits (1 <= keep, pieces <= rows),
// ids ascending; of equals at the edge those with the lowest ids; never negative infinity. If a
// logit is bad (NaN, positive infinity), only its place means anything.
extern "C" __global__ void __launch_bounds__(1024) reduce_logits(
    const float* __restrict__ logits,  // [n][rows]
    unsigned rows, unsigned pieces, unsigned keep,
    unsigned* __restrict__ ids,        // [n][keep], the first so many as were kept
    float* __restrict__ kept,          // [n][keep]
    double* __restrict__ sums,         // [n][highest, sum of e^(logit - highest)], of all rows
    unsigned* __restrict__ counts) {   // [n][how many kept, place of the first bad or NONE]
    __shared__ unsigned highest_key, first_bad;
    const float* row = logits + (u64)blockIdx.x * rows;
    if (threadIdx.x == 0) {
        highest_key = NEVER;
        first_bad = NONE;
    }
    __syncthreads();
    unsigned own_highest = NEVER, own_bad = NONE, choosable = 0;
#pragma unroll 4
    for (unsigned i = threadIdx.x; i < rows; i += blockDim.x) {
        const float logit = row[i];
        const unsigned key = key_of(logit);
        if (logit < INFINITY) own_highest = max(own_highest, key);
        else own_bad = min(own_bad, i);
        choosable += i < pieces && key > NEVER;
    }
    atomicMax(&highest_key, own_highest);
    atomicMin(&first_bad, own_bad);
    choosable = block_sum(choosable);  // From here on both are known to every thread.
    const float highest = logit_of(highest_key);
    double sum = 0.0;
    if (highest_key > NEVER) {
#pragma unroll 4
        for (unsigned i = threadIdx.x; i < rows; i += blockDim.x) {
            sum += (double)expf(row[i] - highest);
        }
    }
    sum = block_sum(sum);
    const Edge edge = choosable > keep ? edge_of(row, pieces, keep) : Edge{NEVER, 0};
    gather(row, pieces, edge, ids + (u64)blockIdx.x * keep, kept + (u64)blockIdx.x * keep);
    if (threadIdx.x == 0) {
        sums[2 * blockIdx.x] = highest;
        sums[2 * blockIdx.x + 1] = sum;
        counts[2 * blockIdx.x] = min(choosable, keep);
        counts[2 * blockIdx.x + 1] = first_bad;
    }
}
