%% What a car costs a month. Prices are known by another node, which is asked for each.
-module(rates).
-behaviour(gen_server).
-export([start/0, init/1, handle_call/3, handle_cast/2]).

start() -> gen_server:start({local, rates}, ?MODULE, [], []).

init([]) -> {ok, 48}.

handle_call(months, _From, Months) -> {reply, Months, Months}.

handle_cast({rate, Car, Node, From}, Months) ->
    {ok, Price} = gen_server:call({price, Node}, {ask, Car}),
    gen_server:cast(desk, {rated, Price div Months, Node, From}),
    {noreply, Months}.
