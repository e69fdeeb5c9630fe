package io.backendpool.pool.pick;

/**
 * Consistent hashing with bounded loads (V. Mirrokni, M. Thorup, M. Zadimoghaddam, SODA 2018, arXiv:1608.01350): no backend has
 * more under way than c times its share of all, rounded up; a key whose backend is full goes to the next one along the table
 * that is not. Since the bounds together are above the load, there always is one.
 *
 * <p>The load is that of one event loop: each keeps the bound for itself, without a word to the others, and as their loads add
 * up, so do their bounds. What remains is rounding: with L loops in all proxies together a backend can have up to L - 1
 * requests more than c times its share, which matters where that is few. The sum includes what is still under way at
 * backends that have left the pool; bounds are that much higher while they drain.
 *
 * <p>A pick costs as many steps as full backends lie in the way: few for c well above 1, in the order of 1 / (c - 1)^2, unless
 * one key alone is more than a backend may have.
 */
final class BoundedTablePicker extends TablePicker {
    /** What a product of shares may be off by. */
    private static final double ROUNDING = 1e-9;

    private final BackendLoad[] loads;
    /** By rank: what each may have of all, c times its share. */
    private final double[] bound;

    private final int[] index;

    BoundedTablePicker(Members members, HashTable table, double[] bound, BackendLoad[] loads) {
        super(members, table);
        this.loads = loads;
        this.index = members.index();
        this.bound = bound;
    }

    @Override
    boolean admits(int rank) {
        BackendLoad load = loads[index[rank]];
        int all = load.loop().requests() + 1;
        return load.requests() < Math.max(1, Math.ceil(bound[rank] * all - ROUNDING));
    }
}
