//! Each case through the router alone, without a socket: churnkey and hand-written axum in one run.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use peers::Peer;
use peers::cases::{Case, send};
use tokio::runtime;

fn routers(criterion: &mut Criterion) {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    for case in Case::measured() {
        let mut group = criterion.benchmark_group(&case.name);
        for peer in Peer::ALL {
            let router = peer.router();
            group.bench_function(BenchmarkId::from_parameter(peer.name()), |bencher| {
                bencher.iter(|| {
                    runtime.block_on(async { black_box(send(&router, case.request()).await) })
                });
            });
        }
    }
}

criterion_group!(benches, routers);
criterion_main!(benches);
